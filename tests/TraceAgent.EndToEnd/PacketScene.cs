using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TraceAgent.EndToEnd.Network;

namespace TraceAgent.EndToEnd;

/// <summary>A network of two sides, packets that are sent over it, and an agent on the side where they arrive.</summary>
internal sealed class PacketScene : IDisposable
{
    /// <summary>An address of the far side that tests deny.</summary>
    public const string Bad = "10.77.0.66";

    /// <summary>An address of the far side that tests leave alone.</summary>
    public const string Good = "10.77.0.2";

    public const string Bad6 = "fd77::66";

    private readonly Dictionary<string, Socket> _senders = [];
    private readonly Dictionary<AddressFamily, Socket> _receivers = [];

    public PacketScene()
    {
        Network.Far.Ip($"addr add {Bad}/24 dev {Network.Far.Interface}");
        Network.Far.Ip($"addr add {Bad6}/64 dev {Network.Far.Interface} nodad");
        Receive(Network.Near.IPv4);
        Receive(Network.Near.IPv6);
    }

    public NetworkPair Network { get; } = new();

    public Workspace Workspace { get; } = new();

    public string RulePath => Workspace["rules/packets.yaml"];

    public string SocketPath => Workspace["agent.sock"];

    /// <summary>What <c>ip link</c> says of an XDP program on the near side; empty for none.</summary>
    public string Attached =>
        string.Join(' ', Network.Near.Description.Split('\n').Where(line => line.Contains("prog/xdp", StringComparison.Ordinal)));

    /// <summary>Each rule as the inside of a YAML mapping in braces.</summary>
    public void Rules(params string[] rules)
    {
        Workspace.Folder("rules");
        Workspace.Write("rules/packets.yaml", $"packets:\n{string.Concat(rules.Select(rule => $"  - {{{rule}}}\n"))}");
    }

    /// <summary>On the near side.</summary>
    public AgentProcess Start() => AgentProcess.Start(new AgentStart(AttachMethod.Multi, Workspace["rules"])
    {
        Launcher = Network.Near.CommandInside(),
        Socket = SocketPath,
    });

    /// <summary>UDP packets of 100 bytes to the near side.</summary>
    public void Send(string source, int packets)
    {
        var from = IPAddress.Parse(source);
        if (!_senders.TryGetValue(source, out var sender))
        {
            _senders[source] = sender = Network.Far.Udp(from);
        }

        var to = _receivers[from.AddressFamily].LocalEndPoint!;
        var payload = new byte[100];
        for (var i = 0; i < packets; i++)
        {
            sender.SendTo(payload, to);
        }
    }

    /// <summary>How many packets of each source have arrived since the last time.</summary>
    public Dictionary<string, int> Arrived()
    {
        // What was sent before has arrived when this has: veth keeps the order, and delivers on the processor of the sender.
        Thread.Sleep(200);
        var arrived = new Dictionary<string, int>();
        var payload = new byte[2048];
        foreach (var receiver in _receivers.Values)
        {
            while (receiver.Available > 0)
            {
                EndPoint from = new IPEndPoint(receiver.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
                receiver.ReceiveFrom(payload, ref from);
                var source = ((IPEndPoint)from).Address.ToString();
                arrived[source] = arrived.GetValueOrDefault(source) + 1;
            }
        }

        return arrived;
    }

    public JsonElement Status(string rule)
    {
        var json = Command.OutputOf(Repository.Agent, "status", "--json", "--socket", SocketPath);
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("packets")
            .EnumerateArray().First(one => one.GetProperty("rule").GetString() == rule).Clone();
    }

    public void WaitForStatus(string rule, Func<JsonElement, bool> isReached, AgentProcess agent) =>
        Eventually.True(() => isReached(Status(rule)), $"a status of {rule}", () => $"{Status(rule)}\n{agent.Dump()}");

    public void Dispose()
    {
        foreach (var socket in _senders.Values.Concat(_receivers.Values))
        {
            socket.Dispose();
        }

        Network.Dispose();
        Workspace.Dispose();
    }

    /// <summary>The sum of a number over the lines of one source.</summary>
    public static long Sum(AgentProcess agent, string rule, string kind, string? source, string key = "packets") =>
        Lines(agent, rule, kind).Where(line => line.Json.GetProperty("source").GetString() == source).Sum(line => line.Count(key));

    public static IEnumerable<EventLine> Lines(AgentProcess agent, string rule, string kind) =>
        agent.Lines.Where(line => line.Rule == rule && line.Event == kind);

    /// <summary>The last statement of a stopped agent about all packets of the rule.</summary>
    public static EventLine Totals(AgentProcess agent, string rule) =>
        agent.Lines.Last(line => line.Event == "agent" && line.Rule == rule && line.Has("passed"));

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Receive(IPAddress address)
    {
        var receiver = Network.Near.Udp(address);
        receiver.ReceiveBufferSize = 16 << 20;
        _receivers[address.AddressFamily] = receiver;
    }
}
