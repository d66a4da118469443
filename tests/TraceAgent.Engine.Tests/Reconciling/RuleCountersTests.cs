using CsCheck;
using TraceAgent.Bpf.Maps;
using TraceAgent.Engine.Counters;
using TraceAgent.Events.Statements;

namespace TraceAgent.Engine.Tests.Reconciling;

public sealed class RuleCountersTests
{
    private readonly RuleCounters _counters = new("add");

    [Fact]
    public void Lines_that_reached_all_outputs_are_logged_and_others_lost()
    {
        _counters.Open(() => new KernelCounts { Calls = 10, Lost = 2 });
        Commit(5, reached: true);
        Commit(2, reached: false);
        _counters.Undecodable();

        var counts = new CallCounts(Logged: 5, 0, 0, 0, Lost: 5) { LostInOutput = 3 };
        Assert.Equal(new RuleTotals(10, counts, Unreturned: 0), _counters.FinalTotals());
    }

    [Fact]
    public void While_records_wait_in_the_ring_the_sums_agree_without_them()
    {
        _counters.Open(() => new KernelCounts { Calls = 10, Lost = 2 });
        Commit(5, reached: true);

        Assert.Equal(new RuleTotals(7, new CallCounts(Logged: 5, 0, 0, 0, Lost: 2), Unreturned: 0), _counters.Totals());
    }

    [Fact]
    public void What_is_not_committed_yet_is_neither_logged_nor_lost()
    {
        _counters.Uncommitted = 3;

        Assert.Equal(default, _counters.Totals());
    }

    [Fact]
    public void A_probe_that_is_closed_keeps_its_counts_and_its_calls_in_flight_never_return()
    {
        var counts = new KernelCounts { Calls = 10, Lost = 2, Unreturned = 1 };
        Func<KernelCounts> old = () => counts;
        _counters.Open(old);
        _counters.Open(() => new KernelCounts { Calls = 100 });

        _counters.Close(old, unreturned: 4);
        counts = default;

        var totals = _counters.FinalTotals();
        Assert.Equal((110, 2, 5), (totals.Calls, totals.Counts.Lost, totals.Unreturned));
    }

    [Fact]
    public void The_durations_are_those_of_lines_and_of_calls_that_the_kernel_left_out_also_of_closed_probes()
    {
        var counts = () => default(KernelCounts);
        var leftOut = () => new DurationCounts(40, [0, 0, 1, .. new long[61]]);
        _counters.Open(counts, leftOut);
        _counters.Open(counts, () => new DurationCounts(2, [0, 1, .. new long[62]]));
        Assert.Equal(42UL, _counters.Durations().SumNs);

        _counters.Close(counts, unreturned: 0, leftOut);

        var durations = _counters.Durations();
        Assert.Equal((42UL, 1, 1), (durations.SumNs, durations.Buckets[1], durations.Buckets[2]));
    }

    [Fact]
    public void Over_any_number_of_probes_and_commits_calls_are_logged_or_lost()
    {
        var probe = Gen.Select(Gen.Int[0, 50], Gen.Int[0, 50], Gen.Int[0, 5], Gen.Bool, Gen.Bool);
        probe.Array[0, 8].Sample(probes =>
        {
            var counters = new RuleCounters("any");
            foreach (var (records, lost, unreturned, reached, closes) in probes)
            {
                Func<KernelCounts> counts = () => new KernelCounts { Calls = records + lost, Lost = lost };
                counters.Open(counts);
                counters.Uncommitted += records;
                counters.Committed(reached);
                if (closes)
                {
                    counters.Close(counts, unreturned);
                }
            }

            var totals = counters.FinalTotals();
            Assert.Equal(totals.Calls, totals.Counts.Logged + totals.Counts.Lost);
            Assert.Equal(counters.Totals(), totals);
            Assert.Equal(probes.Sum(one => one.Item4 ? one.Item1 : 0), totals.Counts.Logged);
            Assert.Equal(probes.Sum(one => one.Item5 ? one.Item3 : 0), totals.Unreturned);
        });
    }

    private void Commit(int events, bool reached)
    {
        _counters.Uncommitted = events;
        _counters.Committed(reached);
    }
}
