using TraceAgent.Bpf.Xdp;
using TraceAgent.EndToEnd.Network;

namespace TraceAgent.Bpf.Tests.Xdp;

internal static class AttachingInside
{
    /// <summary>In the network namespace of the interface.</summary>
    public static PacketAttachment Attach(this PacketFilter filter, NetworkSide side, PacketMode mode)
    {
        var index = side.InterfaceIndex;
        return side.Inside(() => filter.Attach(index, side.Interface, mode));
    }
}
