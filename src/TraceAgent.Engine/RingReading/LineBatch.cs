using TraceAgent.Engine.Counters;
using TraceAgent.Events;
using TraceAgent.Events.Outputs;

namespace TraceAgent.Engine.RingReading;

/// <summary>The lines between two commits of the outputs, and the rules that they belong to. Used by the reader's thread.</summary>
/// <param name="outputs">The outputs, which it closes.</param>
/// <param name="onCommit">Receives the result of each commit, and the number of events in it.</param>
public sealed class LineBatch(OutputSet outputs, Action<CommitResult, int> onCommit)
{
    /// <summary>The maximum number of records between two commits.</summary>
    private const int MaxRecords = 8192;

    /// <summary>
    /// The number of bytes that the thread may allocate before it has the short-lived ones collected. By itself the collector
    /// waits for as many as the processor's cache holds, which is 100 MB and more on large machines; nearly nothing of ours
    /// survives.
    /// </summary>
    private const long CollectAfter = 4 << 20;

    private readonly HashSet<LineCounters> _uncommitted = [];
    private int _count;
    private long _collectedAt;

    public bool IsEmpty => _count == 0;

    /// <summary>True when the batch is to be committed before more is written.</summary>
    public bool IsFull => _count >= MaxRecords || outputs.ShouldCommit;

    /// <summary>Writes a line.</summary>
    /// <param name="line">The line, which may be filled again afterwards.</param>
    /// <param name="counters">The counters of its rule; null when it belongs to none.</param>
    /// <param name="output">The name of the one output that takes it; null for all.</param>
    public void Write(StreamEvent line, LineCounters? counters, string? output)
    {
        outputs.Write(line, output);
        _count++;
        if (counters is not null && counters.Written(output))
        {
            _uncommitted.Add(counters);
        }
    }

    /// <summary>Counts a record that could not become a line.</summary>
    public void Reject(LineCounters counters)
    {
        _count++;
        counters.Undecodable();
    }

    /// <summary>Writes the batch out. Blocks as long as an output is slow. Pass the result to <see cref="Account"/>.</summary>
    public CommitResult Commit() => outputs.Commit();

    /// <summary>Counts the lines of the batch as logged or failed, reports the result, and begins the next batch.</summary>
    public void Account(CommitResult result)
    {
        var events = 0;
        foreach (var counters in _uncommitted)
        {
            events += counters.Uncommitted;
            counters.Committed(outputs.Reached(result, counters.Output));
        }

        _uncommitted.Clear();
        _count = 0;
        if (GC.GetAllocatedBytesForCurrentThread() - _collectedAt > CollectAfter)
        {
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
            _collectedAt = GC.GetAllocatedBytesForCurrentThread();
        }

        onCommit(result, events);
    }

    /// <summary>Closes the outputs.</summary>
    public void Close() => outputs.Dispose();

    /// <inheritdoc cref="OutputSet.Abandon"/>
    public void Abandon() => outputs.Abandon();
}
