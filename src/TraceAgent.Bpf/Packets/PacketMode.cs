namespace TraceAgent.Bpf.Packets;

/// <summary>Where on its way a packet meets the program.</summary>
public enum PacketMode
{
    /// <summary>Native where the driver can, else generic.</summary>
    Auto,

    /// <summary>In the driver, before anything is allocated for the packet.</summary>
    Native,

    /// <summary>In the network stack: works with every driver, and costs several times as much.</summary>
    Generic,

    /// <summary>On the network card. Needs a driver that takes over tables of these kinds; none is known.</summary>
    Offload,
}
