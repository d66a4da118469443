using System.Globalization;

namespace TraceAgent.EndToEnd.Network;

/// <summary>
/// Two network namespaces joined by a veth pair, where nothing is sent that a test does not send, but what IPv6 tells of its
/// groups: from ::, as there are no link-local addresses. Neighbours know each other from the start.
/// </summary>
internal sealed class NetworkPair : IDisposable
{
    private static int Made;

    public NetworkPair(int mtu = 1500)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"ta{Environment.ProcessId}x{Interlocked.Increment(ref Made)}");
        Near = new NetworkSide(name + "n", "near0", 1);
        Far = new NetworkSide(name + "f", "far0", 2);
        try
        {
            Near.Create();
            Far.Create();
            Ip($"link add {Near.Interface} netns {Near.Namespace} mtu {mtu} address {Near.Mac} type veth peer name {Far.Interface} netns " +
                $"{Far.Namespace} mtu {mtu} address {Far.Mac}");
            Near.Bring(Far);
            Far.Bring(Near);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where packets are to be filtered.</summary>
    public NetworkSide Near { get; }

    /// <summary>Where they come from.</summary>
    public NetworkSide Far { get; }

    public void Dispose()
    {
        Near.Delete();
        Far.Delete();
    }

    /// <summary>Runs <c>ip</c> with these words.</summary>
    internal static string Ip(string words) => Command.OutputOf("ip", words.Split(' '));
}
