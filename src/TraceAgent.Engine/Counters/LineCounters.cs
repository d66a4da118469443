namespace TraceAgent.Engine.Counters;

/// <summary>The counters of the lines of one rule: what the outputs took of them. Written by the reader thread, read by any.</summary>
public abstract class LineCounters(string rule)
{
    private long _logged;
    private long _failed;
    private int _hasChanged = 1;

    public string Rule { get; } = rule;

    /// <summary>Lines since the last commit of the outputs; the reader thread's own.</summary>
    public int Uncommitted { get; set; }

    /// <summary>The one output that the uncommitted lines were written to; null for all. The reader thread's own.</summary>
    public string? Output { get; private set; }

    /// <summary>Lines that all outputs took.</summary>
    public long Logged => Volatile.Read(ref _logged);

    /// <summary>Lines that an output did not take, or that could not be written.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>True when nothing of a rule that is gone is still to be counted.</summary>
    public virtual bool AreComplete => Uncommitted == 0;

    /// <summary>Counts a line that was written.</summary>
    /// <param name="output">The one output that takes it; null for all.</param>
    /// <returns>True for the first since the last commit.</returns>
    public bool Written(string? output)
    {
        // The output changed within a batch: the batch counts as logged when all outputs took it.
        Output = Uncommitted == 0 || Output == output ? output : null;
        return Uncommitted++ == 0;
    }

    public void Committed(bool reached)
    {
        if (reached)
        {
            Volatile.Write(ref _logged, _logged + Uncommitted);
        }
        else
        {
            Volatile.Write(ref _failed, _failed + Uncommitted);
        }

        Uncommitted = 0;
        NoteChange();
    }

    /// <summary>Counts a record that could not become a line.</summary>
    public void Undecodable()
    {
        Volatile.Write(ref _failed, _failed + 1);
        NoteChange();
    }

    /// <summary>Notes that something was counted, here or by the kernel. Any thread may call it.</summary>
    public void NoteChange() => Volatile.Write(ref _hasChanged, 1);

    /// <summary>True when something was counted since the last call. Called by the reader thread.</summary>
    public bool TakeChange() => Interlocked.Exchange(ref _hasChanged, 0) != 0;
}
