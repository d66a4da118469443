namespace TraceAgent.Capture;

/// <param name="Packets">The number of packets, as the interface hands them on.</param>
/// <param name="Bytes">The number of bytes of whole frames: with the Ethernet header, without the checksum after them.</param>
public readonly record struct Traffic(long Packets, long Bytes)
{
    public static Traffic operator +(Traffic a, Traffic b) => new(a.Packets + b.Packets, a.Bytes + b.Bytes);

    public static Traffic operator -(Traffic a, Traffic b) => new(a.Packets - b.Packets, a.Bytes - b.Bytes);
}

/// <summary>
/// The counters of a filter: every packet that it has seen, in exactly one of five kinds. Exact, even when sources were evicted.
/// </summary>
/// <param name="Passed">IP packets of sources that are not denied.</param>
/// <param name="Dropped">IP packets of denied sources.</param>
/// <param name="Spared">IP packets of denied sources that passed, because of a dry run.</param>
/// <param name="NotIp">Passed: neither IPv4 nor IPv6 after at most two VLAN tags (ARP, a third tag, …).</param>
/// <param name="Malformed">Passed: said to be IP or tagged, but cut off before the source address, or of another version than said.</param>
public readonly record struct PacketTotals(Traffic Passed, Traffic Dropped, Traffic Spared, Traffic NotIp, Traffic Malformed)
{
    public Traffic Seen => Passed + Dropped + Spared + NotIp + Malformed;
}
