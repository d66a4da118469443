namespace TraceAgent.Engine.State;

/// <summary>The recent cost of one rule, and until when it is suspended for that. Used by one thread.</summary>
/// <param name="rule">The rule's name.</param>
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

    /// <summary>The number of seconds in a row for which it was over its budget.</summary>
    public int SecondsOver { get; private set; }

    /// <summary>The cost in percent of one CPU over the last second; null while the rule is not attached, or not judged yet.</summary>
    public double? UsedPercent => _costNs is null ? null : _percent;

    /// <summary>True when the rule has cost nothing over the last second, and was judged for it.</summary>
    public bool IsAtRest => UsedPercent == 0;

    public bool IsSuspended(TimeSpan now) => now < _until;

    /// <summary>The reason why the rule is suspended; null when it is not.</summary>
    public string? WhySuspended(TimeSpan now) => IsSuspended(now) ? _last.Describe(_until - now) : null;

    /// <summary>Records the rule's cost so far.</summary>
    /// <param name="costNs">The cost so far, ns of CPU.</param>
    /// <param name="elapsedNs">The time since the last call, ns.</param>
    /// <param name="budgetPercent">The budget in percent of one CPU; null for none.</param>
    /// <returns>The cost since then in percent of one CPU.</returns>
    public double Charge(double costNs, double elapsedNs, double? budgetPercent)
    {
        _percent = costNs >= _costNs ? 100 * (costNs - _costNs.Value) / elapsedNs : 0;
        _costNs = costNs;
        SecondsOver = _percent > budgetPercent ? SecondsOver + 1 : 0;
        return _percent;
    }

    /// <summary>Suspends the rule, for twice as long as the last time.</summary>
    /// <param name="budgetPercent">The budget of the rule, or of all.</param>
    /// <param name="ofAll">True when that is the budget of all rules together.</param>
    /// <param name="now">The monotonic time.</param>
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
