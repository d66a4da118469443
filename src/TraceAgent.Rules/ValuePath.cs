using System.Globalization;

namespace TraceAgent.Rules;

/// <summary>Paths from a structure to its members: names, and <c>[0]</c> for the elements of an array.</summary>
public static class ValuePath
{
    /// <summary>The part of a path that stands for an element.</summary>
    public static string Element(int index) => string.Create(CultureInfo.InvariantCulture, $"[{index}]");

    public static bool IsElement(string part) => part is ['[', ..];

    /// <summary>The name of a value in rules: <c>items_0_price</c>.</summary>
    public static string NameOf(IEnumerable<string> path) => string.Join('_', path.Select(Bare));

    /// <summary>The name of a value in flat lists: <c>items.0.price</c>.</summary>
    public static string DottedOf(IEnumerable<string> path) => string.Join('.', path.Select(Bare));

    private static string Bare(string part) => part.Trim('[', ']');
}
