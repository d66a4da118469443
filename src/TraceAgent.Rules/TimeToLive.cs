using System.Globalization;

namespace TraceAgent.Rules;

/// <summary>The time for which a rule is active: <c>ttl</c>.</summary>
public static class TimeToLive
{
    /// <summary>Describes why a rule is not active any more.</summary>
    public static string DescribeEnd(TimeSpan ttl) =>
        string.Create(CultureInfo.InvariantCulture, $"its time to live of {ttl.TotalSeconds:0} s is over; edit it to start again");
}
