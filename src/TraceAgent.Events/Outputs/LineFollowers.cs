namespace TraceAgent.Events.Outputs;

/// <summary>The clients that follow lines as they are written (traceagent tail), a few at most. Without any, it costs nothing.</summary>
public sealed class LineFollowers
{
    /// <summary>The maximum number of followers at a time.</summary>
    public const int Max = 4;

    private readonly Lock _gate = new();
    private LineFollower[] _all = [];

    /// <returns>False when there are as many as there may be.</returns>
    public bool TryAdd(LineFollower follower)
    {
        lock (_gate)
        {
            if (_all.Length == Max)
            {
                return false;
            }

            Volatile.Write(ref _all, [.. _all, follower]);
            return true;
        }
    }

    public void Remove(LineFollower follower)
    {
        lock (_gate)
        {
            Volatile.Write(ref _all, Array.FindAll(_all, one => one != follower));
        }
    }

    internal void Write(StreamEvent streamEvent)
    {
        foreach (var follower in Volatile.Read(ref _all))
        {
            follower.Write(streamEvent);
        }
    }

    internal void Commit()
    {
        foreach (var follower in Volatile.Read(ref _all))
        {
            follower.Commit();
        }
    }
}
