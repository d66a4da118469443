namespace TraceAgent.Bpf.Xdp;

/// <summary>The place on its way at which a packet meets the program.</summary>
public enum PacketMode
{
    /// <summary>Native where the driver can, else generic.</summary>
    Auto,

    /// <summary>Runs the program in the driver, before anything is allocated for the packet.</summary>
    Native,

    /// <summary>Runs the program in the network stack: works with every driver, and costs several times as much.</summary>
    Generic,

    /// <summary>Runs the program on the network card. Needs a driver that takes over tables of these kinds; none is known.</summary>
    Offload,
}
