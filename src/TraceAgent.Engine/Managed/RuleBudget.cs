namespace TraceAgent.Engine.Managed;

/// <summary>What one rule has cost lately, and until when it is suspended for that. For one thread.</summary>
/// <param name="rule">Its name.</param>
public sealed class RuleBudget(string rule)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private double? _costNs;
    private double _percent;
    private Suspension _last;
    private TimeSpan _pause;
    private TimeSpan _until;

    public string Rule => rule;

    /// <summary>Seconds in a row that it was over its budget.</summary>
    public int SecondsOver { get; private set; }

    /// <summary>Percent of one CPU over the last second; null while the rule is not attached, or not judged yet.</summary>
    public double? UsedPercent => _costNs is null ? null : _percent;

    public bool IsSuspended(TimeSpan now) => now < _until;

    /// <summary>Why the rule is suspended, or null when it is not.</summary>
    public string? WhySuspended(TimeSpan now) => IsSuspended(now) ? _last.Describe(_until - now) : null;

    /// <summary>Takes note of what it has cost so far.</summary>
    /// <param name="costNs">ns of CPU.</param>
    /// <param name="elapsedNs">Since the last time.</param>
    /// <param name="budgetPercent">Of one CPU; null for none.</param>
    /// <returns>Percent of one CPU since then.</returns>
    public double Charge(double costNs, double elapsedNs, double? budgetPercent)
    {
        _percent = costNs >= _costNs ? 100 * (costNs - _costNs.Value) / elapsedNs : 0;
        _costNs = costNs;
        SecondsOver = _percent > budgetPercent ? SecondsOver + 1 : 0;
        return _percent;
    }

    /// <summary>Suspends it, for twice as long as the last time.</summary>
    /// <param name="budgetPercent">What it, or all rules, may use.</param>
    /// <param name="ofAll">Whether that is the budget of all.</param>
    /// <param name="now">Monotonic.</param>
    public Suspension Suspend(double budgetPercent, bool ofAll, TimeSpan now)
    {
        // A rule that was good for as long as the longest pause is forgiven.
        _pause = _pause == TimeSpan.Zero || now - _until > LongestPause
            ? FirstPause
            : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        _until = now + _pause;
        _last = new Suspension(rule, _percent, budgetPercent, ofAll, _pause);
        (SecondsOver, _costNs) = (0, null);
        return _last;
    }
}
