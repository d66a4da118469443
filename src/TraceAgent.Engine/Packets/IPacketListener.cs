using TraceAgent.Bpf.Xdp;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>Reports what happens to packet rules.</summary>
public interface IPacketListener
{
    void Attached(PacketRule rule, PacketAttachment attachment, PrefixLists lists);

    /// <param name="rule">The active rule.</param>
    /// <param name="interfaceName">The interface that it has left; null when the interface is gone.</param>
    void Left(PacketRule rule, string? interfaceName);

    /// <param name="rule">The rule, which will be attached again.</param>
    void Replaced(PacketRule rule);

    void Updated(PacketRule rule, PrefixChange change, PrefixLists lists);

    void Reshaped(PacketRule rule);

    void Detached(string rule, string reason);

    void Refused(PacketRule rule, string reason);

    void Pending(PacketRule rule, string reason);

    /// <summary>Reports that a list differs from its file.</summary>
    void Warn(PacketRule rule, string warning);

    void Expired(PacketRule rule, TimeSpan ttl);

    void Evicted(PacketRule rule, long sources);
}
