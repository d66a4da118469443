namespace TraceAgent.Bpf.Packets;

/// <summary>What keeps a <see cref="PacketFilter"/> on one interface. Ends with <see cref="Dispose"/>, and with the process however that ends.</summary>
public sealed class PacketAttachment : IDisposable
{
    private PacketAttachment(int interfaceIndex, string interfaceName, PacketMode mode, string? whyNotNative) =>
        (InterfaceIndex, InterfaceName, Mode, WhyNotNative) = (interfaceIndex, interfaceName, mode, whyNotNative);

    public int InterfaceIndex { get; }

    public string InterfaceName { get; }

    /// <summary>The mode that it has become; never <see cref="PacketMode.Auto"/>.</summary>
    public PacketMode Mode { get; }

    /// <summary>Why <see cref="PacketMode.Auto"/> became <see cref="PacketMode.Generic"/>, as the kernel says it; null when it did not.</summary>
    public string? WhyNotNative { get; }

    /// <summary>False when the interface is gone.</summary>
    public bool IsAttached => throw new NotSupportedException();

    /// <summary>Detaches. The filter and its counts stay.</summary>
    public void Dispose() => throw new NotSupportedException();
}
