using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace TraceAgent.EndToEnd.Network;

/// <summary>One of the namespaces of a <see cref="NetworkPair"/>, with its interface.</summary>
internal sealed partial class NetworkSide(string @namespace, string @interface, int number)
{
    private const int NewNetwork = 0x40000000;

    public string Namespace { get; } = @namespace;

    public string Interface { get; } = @interface;

    public string Mac { get; } = string.Create(CultureInfo.InvariantCulture, $"02:00:00:00:00:{number:x2}");

    public IPAddress IPv4 { get; } = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.77.0.{number}"));

    public IPAddress IPv6 { get; } = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd77::{number}"));

    /// <summary>Within the namespace.</summary>
    public int InterfaceIndex => Inside(() => IndexOf(Interface));

    /// <summary>What <c>ip -d link show</c> says of the interface; an XDP program among it.</summary>
    public string Description => Ip($"-d link show {Interface}");

    /// <summary>Runs <c>ip</c> in this namespace.</summary>
    public string Ip(string words) => NetworkPair.Ip($"-n {Namespace} {words}");

    /// <summary>The command that runs <paramref name="command"/> in this namespace.</summary>
    public string[] CommandInside(params string[] command) => ["ip", "netns", "exec", Namespace, .. command];

    /// <summary>Does it on a thread in this namespace. Sockets made there belong to it, wherever they are used later.</summary>
    public T Inside<T>(Func<T> action)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return result;
    }

    /// <summary>A UDP socket of this side: bound to a port of its own, or to another address of the interface.</summary>
    public Socket Udp(IPAddress address) => Inside(() =>
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    });

    /// <summary>Sends whole Ethernet frames.</summary>
    public Socket Frames() => Inside(() =>
    {
        var socket = new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified);
        socket.Bind(new LinkEndPoint(IndexOf(Interface)));
        return socket;
    });

    internal void Create()
    {
        NetworkPair.Ip($"netns add {Namespace}");
        Ip("link set lo up");
    }

    internal void Bring(NetworkSide other)
    {
        Ip($"link set {Interface} addrgenmode none");
        Ip($"addr add {IPv4}/24 dev {Interface}");
        Ip($"addr add {IPv6}/64 dev {Interface} nodad");
        Ip($"link set {Interface} up");
        Ip($"neigh replace {other.IPv4} lladdr {other.Mac} dev {Interface} nud permanent");
        Ip($"neigh replace {other.IPv6} lladdr {other.Mac} dev {Interface} nud permanent");
    }

    internal void Delete() => Command.Run("ip", "netns", "delete", Namespace);

    private static int IndexOf(string name) => (int)if_nametoindex(name);

    private void Enter()
    {
        using var file = File.OpenHandle($"/run/netns/{Namespace}");
        if (setns((int)file.DangerousGetHandle(), NewNetwork) != 0)
        {
            throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int type);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint if_nametoindex(string name);
}
