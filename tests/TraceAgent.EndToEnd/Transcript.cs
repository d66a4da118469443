namespace TraceAgent.EndToEnd;

/// <summary>A list that one thread writes and others look at. It may have millions of entries, and be looked at all the time.</summary>
internal sealed class Transcript<T>
{
    private readonly Lock gate = new();
    private T[] entries = new T[16];
    private int count;

    public void Add(T entry)
    {
        lock (gate)
        {
            if (count == entries.Length)
            {
                Array.Resize(ref entries, 2 * count);
            }

            entries[count++] = entry;
        }
    }

    /// <summary>What is there now. Nothing is copied: entries stay where they are, and who has an array that became too small keeps it.</summary>
    public IReadOnlyList<T> Snapshot()
    {
        lock (gate)
        {
            return new ArraySegment<T>(entries, 0, count);
        }
    }
}
