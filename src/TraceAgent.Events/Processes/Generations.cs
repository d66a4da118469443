namespace TraceAgent.Events.Processes;

/// <summary>A bounded cache of at most <paramref name="capacity"/> entries; those that were not used for long are evicted.</summary>
internal sealed class Generations<TKey, TEntry>(int capacity)
    where TKey : notnull
    where TEntry : class, new()
{
    // When the young one is full the old one is forgotten, which needs no bookkeeping per event.
    private Dictionary<TKey, TEntry> _young = [];
    private Dictionary<TKey, TEntry> _old = [];

    /// <summary>The entry of a key, a new one when it is not cached.</summary>
    public TEntry Find(TKey key) => _young.TryGetValue(key, out var entry) ? entry : Promote(key);

    private TEntry Promote(TKey key)
    {
        if (_young.Count >= capacity / 2)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }

        if (!_old.Remove(key, out var entry))
        {
            entry = new TEntry();
        }

        _young.Add(key, entry);
        return entry;
    }
}
