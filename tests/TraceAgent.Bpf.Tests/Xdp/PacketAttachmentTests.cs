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
public sealed partial class PacketAttachmentTests : IDisposable
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
