using System.Diagnostics;
using TraceAgent.Bpf.Tests.Xdp;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;

namespace TraceAgent.Benchmarks.Packets;

/// <summary>
/// What a packet costs (<c>BPF_PROG_TEST_RUN</c>, one packet again and again, on one CPU), beside a program that only passes
/// it; and what lists and readings of full tables cost.
/// </summary>
internal static class PacketBenchmark
{
    private const int Repeat = 2_000_000;
    private const int Prefixes = 100_000;
    private const string Floor = "XDP_PASS";
    private const string PerPacket = "ns per packet";

    public static void Run(Options options, Results results)
    {
        using var floor = FloorProgram.Load();
        var lists = new RandomLists(Prefixes);
        for (var run = 0; run < options.Runs; run++)
        {
            Console.Error.WriteLine($"packets, run {run + 1}");
            MeasurePackets(floor.Fd, lists, results);
            MeasureLists(lists, results);
            MeasureReading(results);
        }

        foreach (var scenario in results.ScenariosWith(PerPacket))
        {
            var (ours, theirs) =
                (results.Median(scenario, Tool.TraceAgent.Name, PerPacket)!.Value, results.Median(scenario, Floor, PerPacket)!.Value);
            results.Add(scenario, Tool.TraceAgent.Name, "ns more", ours - theirs);
            results.Add(scenario, Tool.TraceAgent.Name, "/ XDP_PASS", ours / theirs);
        }
    }

    private static void MeasurePackets(int floor, RandomLists lists, Results results)
    {
        foreach (var isIPv6 in PacketLayout.Families)
        {
            var family = isIPv6 ? "IPv6" : "IPv4";
            var (denied, other) = (Frame.From(lists.Denied(isIPv6)), Frame.From(isIPv6 ? "2001:db8::7" : "192.0.2.7"));
            using var filter = PacketFilter.Load("bench", new PacketFilterOptions());
            using var totals = PacketFilter.Load("bench", new PacketFilterOptions { CountsSources = false });
            Measure($"{family}, pass", totals, other);
            Measure($"{family}, count", filter, other);
            Measure($"{family}, count after a VLAN tag", filter, Frame.From(isIPv6 ? "2001:db8::7" : "192.0.2.7", Frame.Vlan));
            filter.Update(lists.All, []);
            Measure($"{family}, count, {Prefixes:N0} prefixes denied", filter, other);
            Measure($"{family}, count, a denied prefix beside it", filter, Frame.From(lists.BesideDenied(isIPv6)));
            Measure($"{family}, drop, {Prefixes:N0} prefixes denied", filter, denied);
            filter.DryRun = true;
            Measure($"{family}, dry run", filter, denied);
        }

        void Measure(string scenario, PacketFilter filter, byte[] frame)
        {
            results.Add(scenario, Floor, PerPacket, Time(floor, frame));
            results.Add(scenario, Tool.TraceAgent.Name, PerPacket, Time(filter.ProgramFd, frame));
        }
    }

    private static void MeasureLists(RandomLists lists, Results results)
    {
        using var filter = PacketFilter.Load("bench", new PacketFilterOptions());
        Measure($"list of {Prefixes:N0} IPv4 and {Prefixes:N0} IPv6 prefixes", lists.All);
        Measure("the same list again", lists.All);
        Measure("one prefix more", [.. lists.All, new IpPrefix(Frame.Address("192.0.2.7"), 32)]);
        Measure("no list any more", []);

        void Measure(string scenario, IReadOnlyCollection<IpPrefix> deny)
        {
            Time(results, scenario, () => filter.Update(deny, []));
        }
    }

    private static void MeasureReading(Results results)
    {
        using var filter = Time(results, "tables of the default sizes made", () => PacketFilter.Load("bench", new PacketFilterOptions()));
        const uint sources = 60_000;
        for (uint i = 0; i < sources; i++)
        {
            PacketTrial.Run(filter.ProgramFd, Frame.From(new IpAddress(false, 0x0a000000 + i)));
        }

        Time(results, $"{sources:N0} sources read", filter.Sources);
    }

    private static T Time<T>(Results results, string scenario, Func<T> action)
    {
        var (start, used) = (Stopwatch.GetTimestamp(), ThreadTime.Nanoseconds);
        var result = action();
        results.Add(scenario, Tool.TraceAgent.Name, "ms", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        results.Add(scenario, Tool.TraceAgent.Name, "CPU ms", (ThreadTime.Nanoseconds - used) / 1e6);
        return result;
    }

    /// <summary>By our clock: the kernel's own counts whole ns.</summary>
    private static double Time(int program, byte[] frame)
    {
        PacketTrial.Run(program, frame, Repeat / 10);
        var start = ThreadTime.Nanoseconds;
        PacketTrial.Run(program, frame, Repeat);
        return (double)(ThreadTime.Nanoseconds - start) / Repeat;
    }
}
