using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceAgent.Configuration;

/// <summary>Parses a length of time on a command line or in the agent configuration.</summary>
internal static partial class ShortTime
{
    /// <summary>
    /// Parses <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>; null for anything else, for 0 and for more than 1,000 hours.
    /// </summary>
    public static TimeSpan? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var number = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var time = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromHours(number),
        };
        return time > TimeSpan.Zero && time <= TimeSpan.FromHours(1000) ? time : null;
    }

    [GeneratedRegex(@"^([0-9]{1,7})(ms|s|m|h)\z")]
    private static partial Regex Form();
}
