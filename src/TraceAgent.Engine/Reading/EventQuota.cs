namespace TraceAgent.Engine.Reading;

/// <summary>How many events are wanted. Used by the reader's thread.</summary>
/// <param name="events">At least 1.</param>
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
