using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.EndToEnd;
using TraceAgent.EndToEnd.Network;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>The filter on an interface, with packets that come from another network namespace.</summary>
public sealed class PacketAttachmentTests : IDisposable
{
    /// <summary>A socket keeps about 200 packets.</summary>
    private const int DrainEvery = 50;

    /// <summary>For packets that are not to arrive: nothing tells when they have not.</summary>
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(300);

    private readonly NetworkPair _network = new();
    private readonly PacketFilter _filter = PacketFilter.Load("edge", TrialFilter.Small);

    public static TheoryData<PacketMode> Modes => [PacketMode.Native, PacketMode.Generic];

    public void Dispose()
    {
        _filter.Dispose();
        _network.Dispose();
    }

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
    public void Auto_is_native_where_the_driver_can_and_else_generic_with_the_reason()
    {
        using (var native = Attach(PacketMode.Auto))
        {
            Assert.Equal((PacketMode.Native, PacketMode.Native, null), (native.Mode, ModeShown(), native.WhyNotNative));
        }

        using var generic = _network.Near.Inside(() => _filter.Attach(1, "lo", PacketMode.Auto));
        Assert.Equal((PacketMode.Generic, "Operation not supported"), (generic.Mode, generic.WhyNotNative));
    }

    [Fact]
    public void What_an_interface_cannot_is_said()
    {
        Assert.Equal(
            "attach packet rule to lo: Operation not supported; its driver cannot; use auto or generic",
            Refusal(1, "lo", PacketMode.Native));
        Assert.Equal(
            "attach packet rule to near0: Invalid argument; no driver is known to take over tables of these kinds; use native or auto",
            Refusal(_network.Near.InterfaceIndex, "near0", PacketMode.Offload));
        Assert.Equal("attach packet rule to gone0: No such device", Refusal(4711, "gone0", PacketMode.Auto));

        string Refusal(int index, string name, PacketMode mode) =>
            _network.Near.Inside(() => Assert.Throws<KernelException>(() => _filter.Attach(index, name, mode)).Message);
    }

    [Theory]
    [InlineData("xdpdrv", PacketMode.Auto)]
    [InlineData("xdpgeneric", PacketMode.Auto)]
    [InlineData("xdpdrv", PacketMode.Generic)]
    [InlineData("xdpgeneric", PacketMode.Native)]
    public void A_program_that_is_there_is_named_and_left_alone(string theirs, PacketMode mode)
    {
        ForeignProgram.Attach(_network.Near, theirs);
        var before = _network.Near.Description;

        var taken = Assert.Throws<InterfaceTakenException>(() => Attach(mode));

        Assert.Equal(("their_program", "near0"), (taken.ProgramName, taken.InterfaceName));
        Assert.Contains($"prog/xdp id {taken.ProgramId} ", before, StringComparison.Ordinal);
        Assert.Equal($"near0 has another XDP program already ('their_program', id {taken.ProgramId}), which is left alone", taken.Message);
        Assert.Equal(before, _network.Near.Description);
    }

    [Fact]
    public void Detaching_leaves_the_counts_and_attaching_again_continues_them()
    {
        for (var time = 1; time <= 2; time++)
        {
            using (Attach(PacketMode.Auto))
            {
                Exchange(IPv4Pair, 10);
            }

            Assert.Null(ModeShown());
            Assert.Equal(10, Exchange(IPv4Pair, 10));
            Assert.Equal(10 * time, CountOf(_network.Far.IPv4).Packets);
        }
    }

    [Fact]
    public void An_interface_that_goes_away_takes_its_attachment_with_it()
    {
        using var attachment = Attach(PacketMode.Auto);

        _network.Near.Ip($"link delete {_network.Near.Interface}");

        Assert.False(attachment.IsAttached);
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

    [Fact]
    public void Of_a_process_that_is_killed_nothing_stays_on_the_interface()
    {
        var index = _network.Near.InterfaceIndex;
        var command = _network.Near.CommandInside("dotnet", typeof(Program).Assembly.Location, "hold", _network.Near.Interface, $"{index}");
        using var holder = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        Assert.Equal("Native", holder.StandardOutput.ReadLine());
        Assert.Equal(PacketMode.Native, ModeShown());
        Assert.Equal(0, Exchange(IPv4Pair, 10, Brief));

        holder.Kill();
        holder.WaitForExit();

        Eventually.True(() => ModeShown() is null, "the end of the program on the interface", () => _network.Near.Description);
        Assert.Equal(10, Exchange(IPv4Pair, 10));
    }

    [Theory]
    [InlineData("+bpf,+perfmon,+net_admin", "Native")]
    [InlineData("+bpf,+perfmon", "load packets.bpf.o: Operation not permitted; needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (or root)")]
    [InlineData("+bpf,+net_admin", "load packets.bpf.o: Permission denied; needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (or root)")]
    public void Three_capabilities_are_enough_and_a_refusal_names_them(string capabilities, string expected)
    {
        var index = _network.Near.InterfaceIndex;
        var command = _network.Near.CommandInside(
            "setpriv", $"--bounding-set=-all,{capabilities}",
            $"--inh-caps=-all,{capabilities}", "dotnet", typeof(Program).Assembly.Location, "hold", _network.Near.Interface, $"{index}");
        using var holder = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal(expected, holder.StandardOutput.ReadLine());
        }
        finally
        {
            holder.Kill();
            holder.WaitForExit();
        }
    }

    private (IPAddress From, IPAddress To) IPv4Pair => (_network.Far.IPv4, _network.Near.IPv4);

    private (IPAddress From, IPAddress To) IPv6Pair => (_network.Far.IPv6, _network.Near.IPv6);

    private PacketAttachment Attach(PacketMode mode) => _filter.Attach(_network.Near, mode);

    /// <returns>How many of the packets arrived, at most after <paramref name="patience"/>; without it, all are to come.</returns>
    private int Exchange((IPAddress From, IPAddress To) pair, int packets, TimeSpan? patience = null)
    {
        using var sender = _network.Far.Udp(pair.From);
        using var receiver = _network.Near.Udp(pair.To);
        var arrived = 0;
        for (var i = 0; i < packets; i++)
        {
            sender.SendTo("0123456789"u8, receiver.LocalEndPoint!);
            arrived += i % DrainEvery == 0 ? Drain(receiver) : 0;
        }

        var clock = Stopwatch.StartNew();
        while (arrived < packets && clock.Elapsed < (patience ?? Eventually.Deadline))
        {
            Thread.Sleep(5);
            arrived += Drain(receiver);
        }

        return arrived;
    }

    private static int Drain(Socket receiver)
    {
        Span<byte> buffer = stackalloc byte[64];
        var taken = 0;
        for (; receiver.Available > 0; taken++)
        {
            receiver.Receive(buffer);
        }

        return taken;
    }

    private Traffic CountOf(IPAddress source) =>
        _filter.Sources().Sources.FirstOrDefault(count => count.Source == IpAddress.From(source))?.Passed ?? default;

    private PacketMode? ModeShown()
    {
        var words = _network.Near.Description.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Contains("xdp"))
        {
            return PacketMode.Native;
        }

        return words.Contains("xdpgeneric") ? PacketMode.Generic : null;
    }
}
