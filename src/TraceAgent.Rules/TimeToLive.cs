using System.Globalization;

namespace TraceAgent.Rules;

/// <summary>How long a rule is in force: <c>ttl</c>.</summary>
public static class TimeToLive
{
    /// <summary>Why a rule is not in force any more.</summary>
    public static string DescribeEnd(TimeSpan ttl) =>
        string.Create(CultureInfo.InvariantCulture, $"its time to live of {ttl.TotalSeconds:0} s is over; edit it to begin anew");
}
