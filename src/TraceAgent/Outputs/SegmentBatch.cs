namespace TraceAgent.Outputs;

/// <summary>
/// The files to which one batch belongs: more than one when Serilog begins a new file, at midnight, in the middle of it. They
/// take it all or not at all.
/// </summary>
internal sealed class SegmentBatch
{
    private readonly List<FileSegment> _segments = [];

    /// <summary>Bytes that wait.</summary>
    public int Pending
    {
        get
        {
            // Asked for every event.
            var pending = 0;
            for (var i = 0; i < _segments.Count; i++)
            {
                pending += _segments[i].Batch.Count;
            }

            return pending;
        }
    }

    /// <summary>The file that takes what comes; null before the first event.</summary>
    public FileSegment? Current => _segments is [.., { Closed: false } current] ? current : null;

    public void Add(FileSegment segment) => _segments.Add(segment);

    /// <summary>Writes what is pending; null when all of it has arrived. It stays pending until <see cref="Clear"/>.</summary>
    public OutputFailure? Write()
    {
        var at = 0;
        try
        {
            for (; at < _segments.Count; at++)
            {
                _segments[at].Write();
            }

            return null;
        }
        catch (IOException e)
        {
            return Undo(at, OutputFailure.Of("write", _segments[at].Path, e));
        }
    }

    /// <summary>Ends the batch, and with it the files that Serilog has closed.</summary>
    public void Clear()
    {
        foreach (var segment in _segments)
        {
            segment.Clear();
        }

        DropClosed();
    }

    /// <summary>Closes the files that Serilog has closed.</summary>
    public void DropClosed() => _segments.RemoveAll(segment =>
    {
        if (segment.Closed)
        {
            segment.Dispose();
        }

        return segment.Closed;
    });

    private OutputFailure Undo(int last, OutputFailure failure)
    {
        for (var i = last; i >= 0; i--)
        {
            try
            {
                _segments[i].Undo();
            }
            catch (IOException e)
            {
                var also = OutputFailure.Of("cut", _segments[i].Path, e).Reason;
                failure = failure with { Reason = $"{failure.Reason}; then {also}: the last line may be torn" };
            }
        }

        return failure;
    }
}
