using Serilog.Events;
using TraceAgent.Bpf.Maps;
using TraceAgent.Engine.Counters;
using TraceAgent.Events;
using TraceAgent.Events.Decoding;
using TraceAgent.Events.Statements;
using TraceAgent.Events.Tests;
using TraceAgent.Hosting;
using TraceAgent.Logging;

namespace TraceAgent.Tests.Hosting;

public class RuleCountersTests
{
    private static readonly WallClock Clock = new(() => new ClockSample(0, Sample.Epoch, 0));

    private readonly RuleCounters _counters = new("add-num");
    private KernelCounts _kernel;

    public RuleCountersTests() => _counters.Open(Counts);

    [Fact]
    public void Calls_are_the_sum_of_what_became_of_them()
    {
        Log(5);
        _counters.Undecodable();
        _kernel = new KernelCounts { Calls = 34, Lost = 5, Unreturned = 2, Filtered = 10, Sampled = 8, Limited = 5, LostInFlight = 3 };

        var totals = _counters.FinalTotals();

        var counts = new CallCounts(Logged: 5, Filtered: 10, Sampled: 8, Limited: 5, Lost: 6) { LostInFlight = 3, LostInOutput = 1 };
        Assert.Equal(new RuleTotals(34, counts, Unreturned: 2), totals);
        Assert.True(totals.Balances);
        Assert.True(_counters.Totals().Balances);
        Assert.Equal(", 10 filtered, 8 sampled out, 5 over the limit", totals.Counts.Others);
        Assert.Equal(
            "; lost 2 while the ring buffer was full, 3 while too many calls were in flight, 1 by an output that failed",
            totals.Counts.LostBecause);
    }

    [Fact]
    public void Calls_after_the_last_line_that_was_asked_for_are_not_called_over_a_limit()
    {
        Log(1);
        _counters.OverQuota();
        _counters.OverQuota();
        _kernel = new KernelCounts { Calls = 6, Limited = 3 };

        var totals = _counters.FinalTotals();

        Assert.True(totals.Balances);
        Assert.Equal(5, totals.Counts.Limited);
        Assert.Equal(", 3 over the limit, 2 after the last line", totals.Counts.Others);
    }

    [Fact]
    public void A_call_without_an_account_is_out_of_balance_at_the_end()
    {
        _kernel = new KernelCounts { Calls = 4, Lost = 1, Filtered = 1, Sampled = 1 };

        Assert.False(_counters.FinalTotals().Balances);
        Assert.Equal((4, 3), (_counters.FinalTotals().Calls, _counters.Totals().Calls));
        Assert.Equal(new CallCounts(0, 1, 1, 0, Lost: 2) { LostInOutput = 1 }, _counters.WithheldTotals().Counts);
    }

    [Fact]
    public void A_probe_that_ended_leaves_its_counts()
    {
        _kernel = new KernelCounts { Calls = 6, Lost = 1, Filtered = 2, Sampled = 2, Limited = 1 };

        _counters.Close(Counts, unreturned: 3);
        _kernel = default;

        Assert.Equal(new RuleTotals(6, new CallCounts(0, 2, 2, 1, 1), 3), _counters.FinalTotals());
    }

    [Fact]
    public void A_report_says_everything_since_the_last_and_only_when_something_is_missing()
    {
        var reports = new LossReports(() => [_counters], Clock);
        _kernel = new KernelCounts { Calls = 3, Filtered = 3 };
        Assert.Empty(reports.Now());

        Log(2);
        _kernel = new KernelCounts { Calls = 8, Filtered = 5, Sampled = 1 };
        var counts = Numbers(Assert.Single(reports.Now()));
        Assert.Equal([("calls", 5L), ("logged", 2L), ("filtered", 2L), ("sampled", 1L), ("limited", 0L), ("lost", 0L)], counts[..6]);
        Assert.Equal([("lost_in_flight", 0L), ("lost_in_output", 0L)], counts[6..]);
        Assert.Empty(reports.Now());

        _kernel += new KernelCounts { Calls = 1, Limited = 1 };
        _counters.NoteChange();
        Assert.Single(reports.Now());
        _counters.Undecodable();
        Assert.Single(reports.Now());
    }

    [Fact]
    public void A_rule_without_news_is_not_asked_for_a_report()
    {
        var reports = new LossReports(() => [_counters], Clock);
        Assert.Empty(reports.Now());

        _kernel = new KernelCounts { Calls = 1, Lost = 1 };
        Assert.Empty(reports.Now());

        _counters.NoteChange();
        Assert.Single(reports.Now());
    }

    [Fact]
    public void News_are_what_was_committed_what_could_not_be_decoded_and_what_is_over_the_quota()
    {
        Assert.True(_counters.TakeChange());
        foreach (var count in new Action[] { () => Log(1), _counters.Undecodable, _counters.OverQuota, () => _counters.Close(Counts, 0) })
        {
            Assert.False(_counters.TakeChange());
            count();
            Assert.True(_counters.TakeChange());
        }
    }

    private static (string Name, long Value)[] Numbers(StreamEvent report) => [.. ((AgentStatement)report).Numbers];

    private KernelCounts Counts() => _kernel;

    private void Log(int events)
    {
        _counters.Uncommitted = events;
        _counters.Committed(reached: true);
    }
}
