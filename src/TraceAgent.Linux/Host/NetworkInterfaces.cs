using System.Runtime.InteropServices;

namespace TraceAgent.Linux.Host;

/// <summary>A network interface: another one of the same name has another index.</summary>
public sealed record NetworkInterface(int Index, string Name);

/// <summary>The interfaces of the agent's network namespace.</summary>
public static partial class NetworkInterfaces
{
    // Not if_nameindex(3), which needs a netlink socket, and not /sys/class/net, which may show another namespace.
    private const string Table = "/proc/self/net/dev";

    private const int HeadLines = 2;

    /// <summary>The current interfaces, in the kernel's order. Empty when the kernel does not tell.</summary>
    public static IReadOnlyList<NetworkInterface> List()
    {
        try
        {
            return
            [
                .. File.ReadLines(Table).Skip(HeadLines).Select(line => line.Split(':')[0].Trim())
                    .Select(name => new NetworkInterface((int)IndexOf(name), name)).Where(one => one.Index > 0),
            ];
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <returns>0 when there is none of that name any more.</returns>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);
}
