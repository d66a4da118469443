using System.Text;

namespace TraceAgent.Events.Shapes;

/// <summary>Builds a <see cref="BoundText"/>, with one literal between two holes.</summary>
internal sealed class BoundTextBuilder
{
    private readonly List<Hole> _holes = [];
    private readonly List<string> _literals = [];
    private readonly StringBuilder _literal = new();

    public void Add(string literal) => _literal.Append(literal);

    public void Add(ReadOnlySpan<byte> utf8) => _literal.Append(Encoding.UTF8.GetString(utf8));

    public void Add(Hole hole)
    {
        EndLiteral();
        _holes.Add(hole);
    }

    public BoundText Build()
    {
        EndLiteral();
        var last = _holes.Count - 1;
        return new BoundText(
            Utf8(0),
            [.. _holes.Select((hole, i) => i == last ? hole : hole with { After = Utf8(i + 1) })],
            last < 0 ? [] : Utf8(last + 1));
    }

    private void EndLiteral()
    {
        _literals.Add(_literal.ToString());
        _literal.Clear();
    }

    private byte[] Utf8(int index) => Encoding.UTF8.GetBytes(_literals[index]);
}
