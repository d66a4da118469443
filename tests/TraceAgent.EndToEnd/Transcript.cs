namespace TraceAgent.EndToEnd;

/// <summary>A list that one thread writes and others look at. It may have millions of entries, and be looked at all the time.</summary>
internal sealed class Transcript<T>
{
    private readonly Lock _gate = new();
    private T[] _entries = new T[16];
    private int _count;

    public void Add(T entry)
    {
        lock (_gate)
        {
            if (_count == _entries.Length)
            {
                Array.Resize(ref _entries, 2 * _count);
            }

            _entries[_count++] = entry;
        }
    }

    /// <summary>
    /// What is there now. Nothing is copied: entries stay where they are, and who has an array that became too small keeps it.
    /// </summary>
    public IReadOnlyList<T> Snapshot()
    {
        lock (_gate)
        {
            return new ArraySegment<T>(_entries, 0, _count);
        }
    }
}
