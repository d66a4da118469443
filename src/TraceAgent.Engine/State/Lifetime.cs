namespace TraceAgent.Engine.State;

/// <summary>The time since which a rule is active, and whether its time to live is over. Used by one thread.</summary>
/// <param name="since">The monotonic time when the rule came, or was edited.</param>
public sealed class Lifetime(TimeSpan since)
{
    public bool IsOver { get; private set; }

    /// <summary>Returns true once, when the time to live is over.</summary>
    /// <param name="ttl">The time to live; null for none.</param>
    /// <param name="now">The monotonic time.</param>
    public bool Ends(TimeSpan? ttl, TimeSpan now)
    {
        if (IsOver || ttl is null || now - since < ttl)
        {
            return false;
        }

        return IsOver = true;
    }
}
