using TraceAgent.Bpf.Maps;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.State;

namespace TraceAgent.Engine.Tests.State;

public class GoneRulesTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(5);

    private readonly CounterTable<RuleCounters> _table = new(rule => new RuleCounters(rule));
    private readonly RemovedRules<RuleCounters> _gone;
    private readonly HashSet<string> _known = ["stays"];

    public GoneRulesTests() => _gone = new RemovedRules<RuleCounters>(_table);

    [Fact]
    public void The_counters_of_a_rule_that_is_gone_are_kept_for_an_hour()
    {
        var gone = _table.Of("gone");
        _table.Of("stays");

        Assert.Empty(Take(TimeSpan.Zero));
        Assert.Empty(Take(_gone.KeptFor));
        Assert.Equal([gone], Take(_gone.KeptFor + TimeSpan.FromSeconds(1)));
        Assert.Equal(["stays"], _table.All.Select(counters => counters.Rule));
        Assert.NotSame(gone, _table.Of("gone"));
    }

    [Fact]
    public void A_rule_that_comes_back_in_time_goes_on_counting()
    {
        var counters = _table.Of("back");
        Take(TimeSpan.Zero);
        _known.Add("back");
        Take(TimeSpan.FromMinutes(50));
        _known.Remove("back");
        Take(TimeSpan.FromMinutes(51));

        Assert.Empty(Take(TimeSpan.FromMinutes(70)));
        Assert.Same(counters, _table.Of("back"));
    }

    [Fact]
    public void Of_too_many_the_oldest_are_forgotten_at_once()
    {
        foreach (var i in Enumerable.Range(0, RemovedRules<RuleCounters>.Max))
        {
            _table.Of($"old-{i}");
        }

        Take(TimeSpan.Zero);
        _table.Of("new-1");
        _table.Of("new-2");
        Take(TimeSpan.FromSeconds(10));

        Assert.Equal(2, Take(TimeSpan.FromSeconds(20)).Count(counters => counters.Rule.StartsWith("old-", StringComparison.Ordinal)));
        Assert.Equal(RemovedRules<RuleCounters>.Max, _table.All.Count);
    }

    [Fact]
    public void What_is_still_counted_is_never_forgotten()
    {
        static KernelCounts Counts() => new() { Calls = 1 };
        var counters = _table.Of("gone");
        counters.Open(Counts);
        Take(TimeSpan.Zero);
        Assert.Empty(Take(TimeSpan.FromHours(2)));

        counters.Close(Counts, 0);
        Assert.Empty(Take(TimeSpan.FromHours(3)));

        counters.Undecodable();
        Assert.Equal([counters], Take(TimeSpan.FromHours(4)));
    }

    private IReadOnlyList<RuleCounters> Take(TimeSpan after) => _gone.Take(_known.Contains, Start + after);
}
