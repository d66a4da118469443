using System.Runtime.InteropServices;
using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>
/// The link that keeps a <see cref="PacketFilter"/> on one interface. Ends with <see cref="Dispose"/>, and with the process
/// however that ends.
/// </summary>
public sealed class PacketAttachment : IDisposable
{
    private readonly BpfHandle _link;

    private PacketAttachment(BpfHandle link, int interfaceIndex, string interfaceName, PacketMode mode, string? whyNotNative) =>
        (_link, InterfaceIndex, InterfaceName, Mode, WhyNotNative) = (link, interfaceIndex, interfaceName, mode, whyNotNative);

    public int InterfaceIndex { get; }

    public string InterfaceName { get; }

    /// <summary>The mode that was used; never <see cref="PacketMode.Auto"/>.</summary>
    public PacketMode Mode { get; }

    /// <summary>
    /// The kernel's reason why <see cref="PacketMode.Auto"/> became <see cref="PacketMode.Generic"/>; null when it did not.
    /// </summary>
    public string? WhyNotNative { get; }

    /// <summary>False when the interface is gone.</summary>
    public bool IsAttached => !_link.IsClosed && XdpLink.InterfaceOf(_link) != 0;

    internal static PacketAttachment Create(int program, int interfaceIndex, string interfaceName, PacketMode mode)
    {
        var tried = mode == PacketMode.Auto ? PacketMode.Native : mode;
        var result = XdpLink.Create(program, interfaceIndex, tried);
        string? whyNotNative = null;
        if (mode == PacketMode.Auto
            && -result is not (XdpLink.Ebusy or XdpLink.Eexist or XdpLink.Enodev or KernelException.Eperm) && result < 0)
        {
            whyNotNative = Marshal.GetPInvokeErrorMessage(-result);
            tried = PacketMode.Generic;
            result = XdpLink.Create(program, interfaceIndex, tried);
        }

        if (result >= 0)
        {
            return new PacketAttachment(new BpfHandle(result), interfaceIndex, interfaceName, tried, whyNotNative);
        }

        if (-result is XdpLink.Ebusy or XdpLink.Eexist)
        {
            var (id, name) = XdpLink.ProgramOf(interfaceIndex);
            throw new InterfaceTakenException(interfaceName, id, name);
        }

        throw new KernelException("attach packet rule to", interfaceName, -result, RemedyFor(-result, tried));
    }

    /// <summary>Detaches from the interface. The filter and its counters stay.</summary>
    public void Dispose() => _link.Dispose();

    private static string? RemedyFor(int errno, PacketMode mode) => (errno, mode) switch
    {
        (_, PacketMode.Offload) => "no driver is known to take over tables of these kinds; use native or auto",
        (XdpLink.Eopnotsupp, PacketMode.Native) => "its driver cannot; use auto or generic",
        (KernelException.Einval, PacketMode.Native) => "its driver refuses with these settings (often its MTU or LRO); use auto or generic",
        _ => Privileges.RemedyFor(errno, Privileges.ForPackets),
    };
}
