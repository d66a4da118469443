using System.Runtime.InteropServices;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>That sums agree, whatever becomes of single sources.</summary>
public sealed partial class PacketCountTests
{
    public static TheoryData<bool> Tables => [true, false];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Counts_of_one_source_on_all_processors_are_exact(bool perCpu)
    {
        const int repeat = 200_000;
        using var limits = new TrialFilter(TrialFilter.Small, perCpu);
        var (passing, denied) = (Frame.From("192.0.2.7"), Frame.From("2001:db8::bad"));
        limits.Filter.Update(TrialFilter.Prefixes("2001:db8::bad"), []);
        var cpus = Environment.ProcessorCount;

        var threads = Enumerable.Range(0, cpus).Select(cpu => new Thread(() =>
        {
            Assert.True(RunOn(cpu));
            for (var i = 0; i < 10; i++)
            {
                limits.Drops(passing, repeat / 10);
                limits.Drops(denied, repeat / 10);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var total = (long)cpus * repeat;
        var passed = new Traffic(total, total * passing.Length);
        var dropped = new Traffic(total, total * denied.Length);
        Assert.Equal(new PacketTotals { Passed = passed, Dropped = dropped }, limits.Filter.Totals());
        Assert.Equal(passed, Assert.Single(limits.Filter.Sources().Sources).Passed);
        Assert.Equal(dropped, Assert.Single(limits.Filter.Denied().Sources).Dropped);
        Assert.Equal((0, 0, default),
            (limits.Filter.Sources().EvictedSources, limits.Filter.Denied().EvictedSources, limits.Filter.Sources().Evicted));
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Sources_that_make_room_are_counted_and_no_packet_is_missing_from_the_sum(bool perCpu)
    {
        const int sources = 6000;
        using var limits = new TrialFilter(new PacketFilterOptions { SourceCapacity = 1024, DeniedCapacity = 1024 }, perCpu);
        limits.Filter.Update(TrialFilter.Prefixes("198.18.0.0/16"), []);
        long bytes = 0;

        for (uint i = 0; i < sources; i++)
        {
            var passing = Frame.From(new IpAddress(false, 0x0a000000 + i), (int)(i % 7), []);
            for (var time = 0; time < 3; time++)
            {
                limits.Drops(passing);
            }

            limits.Drops(Frame.From(new IpAddress(false, 0xc6120000 + i)));
            bytes += 3 * passing.Length;
        }

        var passed = limits.Filter.Sources();
        Assert.InRange(passed.Sources.Count, 1, 1024);
        Assert.Equal(sources, passed.Sources.Count + passed.EvictedSources);
        Assert.Equal(sources - passed.Sources.Count, passed.Evicted.Packets / 3);
        Assert.All(passed.Sources, source => Assert.Equal(3, source.Passed.Packets));
        Assert.Equal(new Traffic(3 * sources, bytes), passed.Sources.Aggregate(passed.Evicted, (sum, source) => sum + source.Passed));
        Assert.Equal(new Traffic(3 * sources, bytes), limits.Filter.Totals().Passed);

        var denied = limits.Filter.Denied();
        Assert.InRange(denied.Sources.Count, 1, 1024);
        Assert.Equal(sources, denied.Sources.Count + denied.EvictedSources);
        Assert.Equal(limits.Filter.Totals().Dropped, denied.Sources.Aggregate(denied.Evicted, (sum, source) => sum + source.Dropped));
    }

    [Fact]
    public void A_source_that_comes_again_after_making_room_has_begun_anew()
    {
        using var limits = new TrialFilter(new PacketFilterOptions { SourceCapacity = 1024, DeniedCapacity = 1024 });
        limits.Drops("192.0.2.7");
        var first = Assert.Single(limits.Filter.Sources().Sources);

        // Each processor keeps the last 128 by itself, and they are safe while others make room (kernel/bpf/bpf_lru_list.c).
        const uint most = 200_000;
        for (uint i = 0; i < most && (i % 4000 != 0 || limits.Filter.Sources().Sources.Any(source => source.Source == first.Source)); i++)
        {
            limits.Drops(Frame.From(new IpAddress(false, 0x0a000000 + i)));
        }

        Assert.DoesNotContain(limits.Filter.Sources().Sources, source => source.Source == first.Source);
        limits.Drops("192.0.2.7");
        var again = limits.Filter.Sources().Sources.Single(source => source.Source == first.Source);
        Assert.Equal((1, 1), (first.Passed.Packets, again.Passed.Packets));
        Assert.True(again.Since > first.Since);
    }

    [Fact]
    public void A_source_that_came_more_than_once_outlives_a_flood_of_others()
    {
        using var limits = new TrialFilter(new PacketFilterOptions { SourceCapacity = 1024, DeniedCapacity = 1024 });
        limits.Drops("192.0.2.7");
        limits.Drops("192.0.2.7");

        for (uint i = 0; i < 20_000; i++)
        {
            limits.Drops(Frame.From(new IpAddress(false, 0x0a000000 + i)));
        }

        Assert.Contains(
            limits.Filter.Sources().Sources, source => source.Source == Frame.Address("192.0.2.7") && source.Passed.Packets == 2);
    }

    [Fact]
    public void A_full_table_is_read_with_each_source_once()
    {
        const int sources = 20_000;
        using var limits = new TrialFilter(new PacketFilterOptions { SourceCapacity = 40_000 });
        for (uint i = 0; i < sources; i++)
        {
            limits.Drops(Frame.From(new IpAddress(i % 2 == 1, ((UInt128)0x20010db8 << 96) + (0x0a000000u + i))));
        }

        var reading = limits.Filter.Sources();

        Assert.Equal((sources, sources, 0), (reading.Sources.Count, reading.Sources.Select(source => source.Source)
            .Distinct().Count(), reading.EvictedSources));
    }

    [Fact]
    public void Without_counting_by_source_there_are_totals_and_denied_sources()
    {
        using var limits = new TrialFilter(TrialFilter.Small with { CountsSources = false });
        limits.Filter.Update(TrialFilter.Prefixes("192.0.2.7"), []);

        Assert.True(limits.Drops("192.0.2.7"));
        Assert.False(limits.Drops("192.0.2.8"));

        Assert.Equal((1, 1), (limits.Filter.Totals().Passed.Packets, limits.Filter.Totals().Dropped.Packets));
        var reading = limits.Filter.Sources();
        Assert.Equal((0, 0, default), (reading.Sources.Count, reading.EvictedSources, reading.Evicted));
        Assert.Single(limits.Filter.Denied().Sources);
    }

    [Fact]
    public void A_dry_run_lets_pass_what_it_counts_as_denied_and_can_begin_and_end_at_any_time()
    {
        using var limits = new TrialFilter(TrialFilter.Small with { DryRun = true });
        limits.Filter.Update(TrialFilter.Prefixes("2001:db8::/32"), []);

        Assert.False(limits.Drops("2001:db8::1"));
        limits.Filter.DryRun = false;
        Assert.True(limits.Drops("2001:db8::1"));
        Assert.True(limits.Drops("2001:db8::1"));
        limits.Filter.DryRun = true;
        Assert.False(limits.Drops("2001:db8::1"));

        var totals = limits.Filter.Totals();
        Assert.Equal((0, 2, 2), (totals.Passed.Packets, totals.Dropped.Packets, totals.Spared.Packets));
        var denied = Assert.Single(limits.Filter.Denied().Sources);
        Assert.Equal((totals.Dropped, totals.Spared), (denied.Dropped, denied.Spared));
        Assert.Empty(limits.Filter.Sources().Sources);
    }

    private static bool RunOn(int cpu)
    {
        var mask = 1UL << cpu;
        return sched_setaffinity(0, sizeof(ulong), in mask) == 0;
    }

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nuint size, in ulong mask);
}
