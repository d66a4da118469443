namespace TraceAgent.Engine.Counters;

/// <summary>The counters of every rule of this run, for a while also of those that are gone, by name. Any thread may use it.</summary>
/// <param name="create">Creates the counters of a rule that has none yet.</param>
public sealed class CounterTable<T>(Func<string, T> create)
    where T : LineCounters
{
    private readonly Dictionary<string, T> _counters = [];

    /// <summary>All counters, in the order in which the rules came.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_counters)
            {
                return [.. _counters.Values];
            }
        }
    }

    /// <summary>Finds or creates the counters of a rule: the same again for the same name.</summary>
    public T Of(string rule)
    {
        lock (_counters)
        {
            if (!_counters.TryGetValue(rule, out var counters))
            {
                _counters[rule] = counters = create(rule);
            }

            return counters;
        }
    }

    /// <summary>Forgets the counters of a rule, which nothing counts with any more.</summary>
    public void Remove(string rule)
    {
        lock (_counters)
        {
            _counters.Remove(rule);
        }
    }
}
