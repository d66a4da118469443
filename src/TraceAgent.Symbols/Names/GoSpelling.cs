using System.Text;

namespace TraceAgent.Symbols.Names;

/// <summary>
/// Names of generic functions of Go, of which the compiler makes one for all types of a shape: the source's
/// <c>main.largest</c> and <c>main.(*stack).push</c>, and <c>main.largest[...]</c>, mean all of them.
/// </summary>
internal static class GoSpelling
{
    private const string AnyTypes = "[...]";

    /// <summary>
    /// True for a function that is passed what differs between types, or finds it in its closure: <c>[go.shape.int_0]</c> in
    /// symbol tables, <c>[...]</c> in the table that tracebacks use.
    /// </summary>
    public static bool IsShaped(string name) =>
        name.Contains("[go.shape.", StringComparison.Ordinal) || name.Contains(AnyTypes, StringComparison.Ordinal);

    /// <summary>The name without lists of types; null when it names certain ones.</summary>
    public static string? ForAnyTypes(string asked)
    {
        var name = asked.Replace(AnyTypes, "", StringComparison.Ordinal);
        return name.Contains('[', StringComparison.Ordinal) ? null : name;
    }

    /// <summary>True when the symbol is the function made for one shape, or for all.</summary>
    /// <param name="symbol">The name in the symbol table.</param>
    /// <param name="asked">The result of <see cref="ForAnyTypes"/>.</param>
    public static bool IsShapeOf(ReadOnlySpan<byte> symbol, ReadOnlySpan<byte> asked)
    {
        // Most names differ before their first bracket.
        var open = symbol.IndexOf((byte)'[');
        return open > 0 && asked.StartsWith(symbol[..open]) && SourceOf(symbol) == Encoding.UTF8.GetString(asked);
    }

    /// <summary>The name in the source of a function that was made for one shape, or for all; null for any other.</summary>
    public static string? SourceOf(ReadOnlySpan<byte> symbol) =>
        symbol.Contains((byte)'[') && Encoding.UTF8.GetString(symbol) is var name && IsShaped(name) ? WithoutTypes(name) : null;

    /// <summary>The name without lists of types. A type's own brackets are within one: <c>main.first[go.shape.[]int_0]</c>.</summary>
    private static string WithoutTypes(string name)
    {
        var text = new StringBuilder(name.Length);
        var depth = 0;
        foreach (var letter in name)
        {
            depth += letter == '[' ? 1 : 0;
            if (depth == 0)
            {
                text.Append(letter);
            }

            depth -= letter == ']' && depth > 0 ? 1 : 0;
        }

        return text.ToString();
    }
}
