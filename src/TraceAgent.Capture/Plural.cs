using System.Globalization;

namespace TraceAgent.Capture;

/// <summary>Writes numbers of things, as people write them.</summary>
public static class Plural
{
    /// <param name="number">The number, 0 or more.</param>
    /// <param name="noun">The noun for one.</param>
    /// <param name="plural">The noun for several; null when it is made with an s.</param>
    public static string Of(long number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {Noun(number, noun, plural)}");

    /// <summary>The number and its noun, with commas between the thousands.</summary>
    public static string Grouped(long number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {Noun(number, noun, plural)}");

    /// <summary><c>is</c> or <c>are</c>.</summary>
    public static string Verb(long number) => number == 1 ? "is" : "are";

    private static string Noun(long number, string noun, string? plural) => number == 1 ? noun : plural ?? noun + "s";
}
