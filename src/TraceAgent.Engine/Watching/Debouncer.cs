using System.Diagnostics;

namespace TraceAgent.Engine.Watching;

public enum ChangeKind
{
    Rules,
    Binary,

    /// <summary>A probed file was written to.</summary>
    Overwritten,
}

/// <param name="Kind">The kind of what was seen.</param>
/// <param name="Name">The file, to tell several from each other.</param>
/// <param name="IsComplete">True for a rename: the new content is there as a whole.</param>
/// <param name="IsOpen">True while the writer has not closed the file.</param>
public sealed record Change(ChangeKind Kind, string Name, bool IsComplete, bool IsOpen = false);

/// <summary>
/// Decides when to reconcile. Most prefixes of a valid file are valid, so a file that is being written is read when it has been
/// quiet for a moment; a rename is complete, and is handled at once.
/// </summary>
internal sealed class Debouncer(Func<long>? now = null)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan QuietWhileOpen = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    private readonly Func<long> _now = now ?? Stopwatch.GetTimestamp;
    private readonly HashSet<string> _open = [];
    private bool _waiting;
    private bool _atOnce;
    private long _first;
    private long _last;

    public void Note(Change change)
    {
        _last = _now();
        if (!_waiting)
        {
            _waiting = true;
            _first = _last;
        }

        _atOnce |= change.IsComplete;
        if (change.IsOpen)
        {
            _open.Add(change.Name);
        }
        else
        {
            _open.Remove(change.Name);
        }
    }

    /// <summary>True when a change has not been handled yet.</summary>
    public bool IsWaiting => _waiting;

    public bool IsDue()
    {
        if (!_waiting)
        {
            return false;
        }

        var quiet = Stopwatch.GetElapsedTime(_last, _now());
        return (_atOnce && _open.Count == 0)
            || quiet >= (_open.Count > 0 ? QuietWhileOpen : Quiet)
            || Stopwatch.GetElapsedTime(_first, _now()) >= MaxDelay;
    }

    /// <summary>The time to wait for the next change before asking again, in ms.</summary>
    public int WaitMs(int idle) => (_waiting, _atOnce) switch
    {
        (false, _) => idle,
        (true, true) => 0,
        (true, false) => 10,
    };

    public void Clear()
    {
        _waiting = false;
        _atOnce = false;
        _open.Clear();
    }
}
