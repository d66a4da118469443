using System.Globalization;

namespace TraceAgent.Hosting;

/// <summary>Numbers of things, as people write them.</summary>
internal static class Counted
{
    /// <param name="number">0 or more.</param>
    /// <param name="noun">Whose plural is made with an s.</param>
    public static string Of(long number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");
}
