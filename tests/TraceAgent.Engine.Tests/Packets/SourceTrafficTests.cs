using CsCheck;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Engine.Packets;
using TraceAgent.Events.PacketLines;
using static TraceAgent.Engine.Tests.Packets.GivenPackets;

namespace TraceAgent.Engine.Tests.Packets;

public sealed class SourceTrafficTests
{
    private static readonly SourceReading<DeniedSource> NoneDenied = new([], 0, default);

    private readonly SourceTraffic _ledger = new();

    [Fact]
    public void An_interval_has_what_came_in_it_with_most_packets_first()
    {
        _ledger.Take(Passed(("10.0.0.1", 1, 5), ("10.0.0.2", 1, 7)), NoneDenied, false, 20);

        Assert.Equal(["10.0.0.3 9", "10.0.0.1 4"], Texts(
            _ledger.Take(Passed(("10.0.0.1", 1, 9), ("10.0.0.2", 1, 7), ("10.0.0.3", 4, 9)), NoneDenied, false, 20)));
    }

    [Fact]
    public void What_is_not_among_the_top_is_told_together() =>
        Assert.Equal(["10.0.0.4 9", "10.0.0.1 5", "2 others 5"], Texts(_ledger.Take(
            Passed(("10.0.0.1", 1, 5), ("10.0.0.2", 1, 2), ("10.0.0.3", 1, 3), ("10.0.0.4", 1, 9)), NoneDenied, false, 2)));

    [Fact]
    public void A_source_that_had_made_room_is_counted_anew_and_nothing_is_left_out()
    {
        _ledger.Take(Passed(("10.0.0.1", 1, 100)), NoneDenied, false, 20);

        // 10 more before it made room, and 3 after it had come back.
        Assert.Equal(["10.0.0.1 3", "0 others 10"], Texts(_ledger.Take(
            new SourceReading<SourceCount>([new(Address("10.0.0.1"), 7, new Traffic(3, 300))], 1, new Traffic(110, 11_000)),
            NoneDenied, false, 20)));
    }

    [Fact]
    public void Dropped_packets_are_among_the_packets_of_their_source()
    {
        var denied = new SourceReading<DeniedSource>([new(Address("10.0.0.1"), 5, new Traffic(4, 400), new Traffic(1, 100))], 0, default);

        Assert.Equal(
            [new SourceLine(new PacketSubject("10.0.0.1", 1), new PacketNumbers(8, 800, 4, 1))],
            _ledger.Take(Passed(("10.0.0.1", 1, 3)), denied, false, 20));
    }

    [Fact]
    public void Without_packets_there_are_no_lines()
    {
        _ledger.Take(Passed(("10.0.0.1", 1, 5)), NoneDenied, false, 20);

        Assert.Empty(_ledger.Take(Passed(("10.0.0.1", 1, 5)), NoneDenied, false, 20));
    }

    [Fact]
    public void Totals_are_what_there_is_in_all()
    {
        _ledger.Take(Passed(("10.0.0.1", 1, 5), ("10.0.0.2", 1, 7)), NoneDenied, false, 20);

        Assert.Equal(["10.0.0.2 7", "1 other 8"], Texts(_ledger.Totals(new PacketNumbers(15, 1500, 0, 0), 1)));
    }

    [Fact]
    public void Whatever_comes_and_whoever_makes_room_the_lines_sum_to_the_packets() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 9], Gen.Bool).Array[1, 60].Sample(packets =>
        {
            var ledger = new SourceTraffic();
            var table = new Dictionary<int, (long Since, long Packets)>();
            var evicted = 0L;
            var reported = 0L;
            for (var i = 0; i < packets.Length; i++)
            {
                var (source, count, reads) = packets[i];
                if (!table.ContainsKey(source) && table.Count == 3)
                {
                    var oldest = table.MinBy(one => one.Value.Since).Key;
                    evicted += table[oldest].Packets;
                    table.Remove(oldest);
                }

                var entry = table.GetValueOrDefault(source, (i + 1, 0));
                table[source] = (entry.Item1, entry.Item2 + count);
                if (reads || i == packets.Length - 1)
                {
                    var reading = new SourceReading<SourceCount>(
                        [.. table.Select(one => new SourceCount(
                            Address($"10.0.0.{one.Key}"), one.Value.Since, new Traffic(one.Value.Packets, one.Value.Packets * 60)))],
                        0, new Traffic(evicted, evicted * 60));
                    var lines = ledger.Take(reading, NoneDenied, false, 2);
                    Assert.All(lines, line => Assert.True(line.Numbers.Packets > 0 && line.Numbers.Bytes == line.Numbers.Packets * 60));
                    reported += lines.Sum(line => line.Numbers.Packets);
                }
            }

            Assert.Equal(packets.Sum(one => (long)one.Item2), reported);
        });

    private static SourceReading<SourceCount> Passed(params (string Source, long Since, long Packets)[] sources) =>
        new([.. sources.Select(
            one => new SourceCount(Address(one.Source), one.Since, new Traffic(one.Packets, one.Packets * 100)))], 0, default);

    private static IEnumerable<string> Texts(IEnumerable<SourceLine> lines) =>
        lines.Select(line => $"{line.Subject.Text} {line.Numbers.Packets}");
}
