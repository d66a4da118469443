using System.Globalization;

namespace TraceAgent.Engine;

/// <summary>Writes numbers of things, as people write them.</summary>
public static class Plural
{
    /// <param name="number">The number, 0 or more.</param>
    /// <param name="noun">The noun for one.</param>
    /// <param name="plural">The noun for several; null when it is made with an s.</param>
    public static string Of(long number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? noun : plural ?? noun + "s")}");
}
