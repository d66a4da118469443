namespace TraceAgent.Status;

/// <summary>The numbers that a rule has counted between two looks at the agent, per second.</summary>
/// <param name="Calls">Calls.</param>
/// <param name="Logged">Lines.</param>
/// <param name="Lost">Lost calls.</param>
/// <param name="Latency">The durations of the calls in between; null when there were none, or <c>on</c> is not <c>call</c>.</param>
internal sealed record RuleRates(double Calls, double Logged, double Lost, LatencyStatus? Latency)
{
    /// <param name="before">The rule as it was; null when it was not there.</param>
    /// <param name="now">The rule as it is.</param>
    /// <param name="elapsed">The time in between, above 0.</param>
    public static RuleRates Between(RuleStatus? before, RuleStatus now, TimeSpan elapsed)
    {
        // Counters that fell are those of a rule that was forgotten and came back.
        var start = before is not null && before.Calls <= now.Calls ? before : null;
        return new RuleRates(
            PerSecond(now.Calls, start?.Calls), PerSecond(now.Logged, start?.Logged), PerSecond(now.Lost, start?.Lost),
            Difference(now.Latency, start?.Latency));

        double PerSecond(long count, long? former) => Math.Max(0, count - (former ?? 0)) / elapsed.TotalSeconds;
    }

    private static LatencyStatus? Difference(LatencyStatus? now, LatencyStatus? before)
    {
        if (now is null)
        {
            return null;
        }

        var former = before?.Buckets.ToDictionary(bucket => bucket.UpToNs, bucket => bucket.Calls) ?? [];
        var buckets = now.Buckets.Select(bucket => bucket with { Calls = bucket.Calls - former.GetValueOrDefault(bucket.UpToNs) }).ToList();
        var first = buckets.FindIndex(bucket => bucket.Calls > 0);
        return first < 0
            ? null
            : new LatencyStatus(
                now.SumNs - (before?.SumNs ?? 0), buckets.GetRange(first, buckets.FindLastIndex(bucket => bucket.Calls > 0) - first + 1));
    }
}
