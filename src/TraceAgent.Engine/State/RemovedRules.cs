using TraceAgent.Engine.Counters;

namespace TraceAgent.Engine.State;

/// <summary>Bounds what is kept of rules that are in no file any more. Used by the thread of the rules.</summary>
/// <param name="table">The counters of all rules.</param>
public sealed class RemovedRules<T>(CounterTable<T> table)
    where T : LineCounters
{
    /// <summary>The number of rules whose counters are kept.</summary>
    public const int Max = 256;

    private readonly Dictionary<string, TimeSpan> _since = [];

    /// <summary>The time for which counters are kept.</summary>
    public TimeSpan KeptFor { get; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Takes the counters of rules that have been gone for longer than <see cref="KeptFor"/> out of the table, and when more than
    /// <see cref="Max"/> are gone, those of the rules that went first. What is still being counted stays. Called now and then.
    /// </summary>
    /// <param name="isKnown">True for the name of a rule that is in a file, or attached.</param>
    /// <param name="now">The monotonic time.</param>
    public IReadOnlyList<T> Take(Func<string, bool> isKnown, TimeSpan now)
    {
        foreach (var back in _since.Keys.Where(isKnown).ToList())
        {
            _since.Remove(back);
        }

        var all = table.All.ToDictionary(counters => counters.Rule);
        var old = _since.OrderByDescending(rule => rule.Value)
            .Where((rule, newer) => newer >= Max || now - rule.Value > KeptFor)
            .Select(rule => all[rule.Key]).Where(counters => counters.AreComplete).ToList();
        foreach (var counters in old)
        {
            table.Remove(counters.Rule);
            all.Remove(counters.Rule);
            _since.Remove(counters.Rule);
        }

        foreach (var name in all.Keys.Where(name => !isKnown(name)))
        {
            _since.TryAdd(name, now);
        }

        return old;
    }
}
