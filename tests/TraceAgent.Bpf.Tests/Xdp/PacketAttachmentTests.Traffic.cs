using System.Net;
using System.Net.Sockets;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.EndToEnd;
using TraceAgent.EndToEnd.Network;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>Packets on a real interface are counted, dropped and passed as the rule says.</summary>
public sealed partial class PacketAttachmentTests
{
    [Theory]
    [MemberData(nameof(Modes))]
    public void Packets_of_both_families_are_counted_exactly_and_arrive(PacketMode mode)
    {
        using var attachment = Attach(mode);
        var (sent4, sent6) = (Exchange(IPv4Pair, 300), Exchange(IPv6Pair, 200));

        Assert.Equal((mode, mode, true), (attachment.Mode, ModeShown(), attachment.IsAttached));
        Assert.Equal((300, 200), (sent4, sent6));
        // Ethernet, IP and UDP headers, and ten bytes.
        Assert.Equal(new Traffic(300, 300 * 52), CountOf(_network.Far.IPv4));
        Assert.Equal(new Traffic(200, 200 * 72), CountOf(_network.Far.IPv6));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Packets_of_a_denied_source_do_not_arrive_and_others_do(PacketMode mode)
    {
        _network.Far.Ip($"addr add 10.77.0.66/24 dev {_network.Far.Interface}");
        using var attachment = Attach(mode);
        _filter.Update(TrialFilter.Prefixes("10.77.0.64/27", "fd77::2"), []);

        Assert.Equal(0, Exchange((IPAddress.Parse("10.77.0.66"), _network.Near.IPv4), 100, Brief));
        Assert.Equal(0, Exchange(IPv6Pair, 100, Brief));
        Assert.Equal(100, Exchange(IPv4Pair, 100));

        Eventually.True(() => _filter.Totals().Dropped.Packets == 200, "all that are denied", () => _filter.Totals().ToString());
        _filter.Update([], []);
        Assert.Equal(100, Exchange(IPv6Pair, 100));
        Assert.Equal(
            ["10.77.0.66", "fd77::2"], _filter.Denied().Sources.Select(source => source.Source.ToString()).Order(StringComparer.Ordinal));
        Assert.All(_filter.Denied().Sources, source => Assert.Equal(100, source.Dropped.Packets));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Tagged_and_broken_frames_are_counted_as_what_they_are(PacketMode mode)
    {
        using var attachment = Attach(mode);
        _filter.Update(TrialFilter.Prefixes("192.0.2.66"), []);
        using var socket = _network.Far.Frames();
        byte[][] frames =
        [
            Frame.From("192.0.2.7", Frame.Vlan),
            Frame.From("192.0.2.66", Frame.Provider, Frame.Vlan),
            Frame.From("2001:db8::7", Frame.Vlan, Frame.Vlan),
            Frame.From("192.0.2.7", Frame.Vlan, Frame.Vlan, Frame.Vlan),
            Frame.From("192.0.2.7")[..30],
            Frame.From("2001:db8::7")[..15],
        ];
        foreach (var frame in frames)
        {
            for (var i = 0; i < 50; i++)
            {
                socket.Send(frame);
            }
        }

        // The kernel also tells of the groups of IPv6, from ::.
        Eventually.True(() => Own() == (100, 50, 50, 100), "all frames", () => _filter.Totals().ToString());
        Assert.Equal(new Traffic(50, 50 * frames[0].Length), CountOf(IPAddress.Parse("192.0.2.7")));

        (long, long, long, long) Own()
        {
            var totals = _filter.Totals();
            return (totals.Passed.Packets
                - CountOf(IPAddress.IPv6Any).Packets, totals.Dropped.Packets, totals.NotIp.Packets, totals.Malformed.Packets);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_packet_whose_headers_are_not_in_its_first_part_is_judged_as_any_other(PacketMode mode)
    {
        using var wide = new NetworkPair(mtu: 9000);
        using var attachment = _filter.Attach(wide.Near, mode);
        _filter.Update(TrialFilter.Prefixes("2001:db8::66"), []);
        using var socket = wide.Far.Frames();
        // Above one page, the kernel leaves only the Ethernet header in the first part of what a raw socket sends.
        byte[][] frames = [Frame.From(Frame.Address("192.0.2.7"), 8000, [Frame.Vlan]), Frame.From(Frame.Address("2001:db8::66"), 8000, [])];
        foreach (var frame in frames)
        {
            for (var i = 0; i < 20; i++)
            {
                socket.Send(frame);
            }
        }

        Eventually.True(() =>
            _filter.Totals().Dropped == new Traffic(20, 20 * frames[1].Length), "the dropped ones", () => _filter.Totals().ToString());
        Eventually.True(() => CountOf(IPAddress.Parse("192.0.2.7")) == new Traffic(20, 20 * frames[0].Length), "the passed ones", () =>
            _filter.Totals().ToString());
        Assert.Equal(default, _filter.Totals().Malformed);
    }

    [Fact]
    public void Lists_that_change_under_load_touch_nobody_else()
    {
        const int packets = 20_000;
        using var attachment = Attach(PacketMode.Native);
        using var sender = _network.Far.Udp(_network.Far.IPv4);
        using var receiver = _network.Near.Udp(_network.Near.IPv4);
        var others = Enumerable.Range(0, 2000).Select(i => new IpPrefix(new IpAddress(false, 0xc6120000u + (uint)i), 32)).ToList();
        var done = false;
        var updates = 0;
        var changing = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                // 10.77.0.2 is in a denied prefix and in an allowed one, of which both come and go; the other is in 10.77.0.0/24.
                var allow = updates % 2 == 0 ? TrialFilter.Prefixes("10.77.0.0/24") : TrialFilter.Prefixes("10.77.0.2");
                _filter.Update([.. others.Skip(updates % 7), TrialFilter.Prefix(updates % 2 == 0 ? "10.0.0.0/8" : "10.64.0.0/10")], allow);
                updates++;
            }
        });
        _filter.Update([], TrialFilter.Prefixes("10.77.0.0/24"));
        changing.Start();
        var arrived = 0;
        for (var i = 0; i < packets; i++)
        {
            sender.SendTo("0123456789"u8, receiver.LocalEndPoint!);
            arrived += i % DrainEvery == 0 ? Drain(receiver) : 0;
        }

        Volatile.Write(ref done, true);
        changing.Join();
        Eventually.True(() => (arrived += Drain(receiver)) == packets, "all packets", () => $"{arrived} arrived, {_filter.Totals()}");
        Assert.Equal(packets, CountOf(_network.Far.IPv4).Packets);
        Assert.Equal(default, _filter.Totals().Dropped);
        Assert.True(updates > 1);
    }
}
