namespace TraceAgent.Engine.RingReading;

/// <summary>The number of events that are wanted. Used by the reader's thread.</summary>
/// <param name="events">The number of events, at least 1.</param>
/// <param name="onUsedUp">Called once, with the last of them.</param>
public sealed class EventQuota(long events, Action onUsedUp)
{
    private long _left = events;

    public bool IsUsedUp => _left <= 0;

    public void Use()
    {
        if (--_left == 0)
        {
            onUsedUp();
        }
    }
}
