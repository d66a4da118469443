namespace TraceAgent.Engine.Managed;

/// <summary>Since when a rule is in force, and whether its time to live is over. For one thread.</summary>
/// <param name="since">Monotonic: when it came, or was edited.</param>
public sealed class Lifetime(TimeSpan since)
{
    public bool IsOver { get; private set; }

    /// <summary>True once, when the time to live is over.</summary>
    /// <param name="ttl">Null for none.</param>
    /// <param name="now">Monotonic.</param>
    public bool Ends(TimeSpan? ttl, TimeSpan now)
    {
        if (IsOver || ttl is null || now - since < ttl)
        {
            return false;
        }

        return IsOver = true;
    }
}
