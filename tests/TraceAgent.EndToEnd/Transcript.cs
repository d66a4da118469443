namespace TraceAgent.EndToEnd;

/// <summary>A list that one thread writes and others look at.</summary>
internal sealed class Transcript<T>
{
    private readonly Lock gate = new();
    private readonly List<T> entries = [];

    public void Add(T entry)
    {
        lock (gate)
        {
            entries.Add(entry);
        }
    }

    public IReadOnlyList<T> Snapshot()
    {
        lock (gate)
        {
            return [.. entries];
        }
    }
}
