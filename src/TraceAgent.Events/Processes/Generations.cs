namespace TraceAgent.Events.Processes;

/// <summary>A bounded cache of at most <paramref name="capacity"/> entries; those that were not used for long are evicted.</summary>
internal sealed class Generations<TKey, TEntry>(int capacity)
    where TKey : notnull
    where TEntry : class, new()
{
    // When the young one is full the old one is forgotten, which needs no bookkeeping per event.
    private Dictionary<TKey, TEntry> _recent = [];
    private Dictionary<TKey, TEntry> _old = [];

    /// <summary>The entry of a key, a new one when it is not cached.</summary>
    public TEntry Find(TKey key) => _recent.TryGetValue(key, out var entry) ? entry : Promote(key);

    private TEntry Promote(TKey key)
    {
        if (_recent.Count >= capacity / 2)
        {
            (_old, _recent) = (_recent, _old);
            _recent.Clear();
        }

        if (!_old.Remove(key, out var entry))
        {
            entry = new TEntry();
        }

        _recent.Add(key, entry);
        return entry;
    }
}
