using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceAgent.Symbols;
using TraceAgent.Terminal;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Listings;

/// <summary>A list of what can be probed in a binary, as a table for a terminal, as columns for a pipe, as JSON for machines.</summary>
/// <param name="columns">The columns of the table.</param>
internal sealed class SymbolRows(params TextColumn[] columns)
{
    private readonly List<(string[] Cells, SiteProblem? Refusal, Action<Utf8JsonWriter> Json)> _rows = [];

    /// <summary>The way in which a hit is carried out, or the code of the refusal.</summary>
    public static string Probe(SiteProblem? refusal, bool isEmulated) => refusal?.Code ?? (isEmulated ? "emulated" : "stepped");

    public static string Hexadecimal(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");

    public static string Describe(SiteProblem reason) =>
        PrintableText.Of($"{reason.Code}: {reason.Message}{(reason.Hint is { } hint ? $"; {hint}" : "")}");

    public static void WriteProbe(Utf8JsonWriter line, SiteProblem? refusal, bool isEmulated)
    {
        line.WriteString("probe", refusal is null ? Probe(refusal, isEmulated) : "refused");
        if (refusal is not null)
        {
            line.WriteString("code", refusal.Code);
            line.WriteString("message", PrintableText.WellFormed(refusal.Message));
            if (refusal.Hint is { } hint)
            {
                line.WriteString("hint", PrintableText.WellFormed(hint));
            }
        }
    }

    public void Add(SiteProblem? refusal, Action<Utf8JsonWriter> json, params string[] cells) => _rows.Add((cells, refusal, json));

    public void WriteTable(StreamWriter output)
    {
        var text = new StringBuilder();
        new TextTable(columns) { Rows = _rows.Select(row => row.Cells), Gap = 1 }.AppendTo(text);
        output.Write(text.ToString());

        // One example of each code says more than a column of codes.
        foreach (var refusal in _rows.Select(row => row.Refusal).OfType<SiteProblem>().DistinctBy(problem => problem.Code))
        {
            output.Write(Describe(refusal) + "\n");
        }
    }

    public void WriteColumns(StreamWriter output)
    {
        output.Write(string.Join('\t', columns.Select(column => column.Head)) + "\n");
        foreach (var (cells, _, _) in _rows)
        {
            output.Write(string.Join('\t', cells) + "\n");
        }
    }

    public void WriteJson(StreamWriter output)
    {
        var buffer = new MemoryStream();
        foreach (var (_, _, json) in _rows)
        {
            buffer.SetLength(0);
            using (var line = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                line.WriteStartObject();
                json(line);
                line.WriteEndObject();
            }

            output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            output.Write('\n');
        }
    }
}
