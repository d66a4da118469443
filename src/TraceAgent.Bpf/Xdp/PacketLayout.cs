namespace TraceAgent.Bpf.Xdp;

/// <summary>The names and layouts of <c>bpf/packets.bpf.c</c> and <c>bpf/packets.h</c>.</summary>
internal static class PacketLayout
{
    public const string Object = "packets";
    public const string Program = "ta_packets";
    public const string Totals = "ta_totals";

    /// <summary><c>struct packet_totals</c>, in words of 8 bytes: five kinds, and two numbers of entries.</summary>
    public const int TotalsWords = 12;
    public const int SourcesMade = 10;
    public const int DeniedMade = 11;

    /// <summary>Byte offsets in <c>struct packet_control</c>.</summary>
    public const int CountsSources = 0;
    public const int DryRun = 4;
    public const int Generation = 8;
    public const int DeniesIPv4 = 12;
    public const int DeniesIPv6 = 16;
    public const int BitmapCoversIPv6 = 20;

    /// <summary><c>struct source_entry</c>, in words: since, packets, bytes.</summary>
    public const int SourceWords = 3;

    /// <summary><c>struct denied_entry</c>, in words: since, verdict, packets and bytes dropped, and spared.</summary>
    public const int DeniedWords = 6;

    /// <summary><c>enum prefix_verdict</c>.</summary>
    public const uint Denied = 1;
    public const uint Allowed = 2;

    public const int BitmapBitsLog2 = 22;
    public const int BitmapNarrowBits = 64;
    public const int BitmapWideBits = 32;
    public const ulong BitmapNarrowFactor = 0x9e3779b97f4a7c15;
    public const ulong BitmapWideFactor = 0xc2b2ae3d27d4eb4f;

    /// <summary>The values of a flag that is true for IPv6: each family has tables of its own.</summary>
    public static readonly bool[] Families = [false, true];

    public static string Sources(bool isIPv6) => isIPv6 ? "ta_sources6" : "ta_sources4";

    public static string DeniedSources(bool isIPv6) => isIPv6 ? "ta_denied6" : "ta_denied4";

    public static string Prefixes(bool isIPv6) => isIPv6 ? "ta_prefixes6" : "ta_prefixes4";

    public static string Bitmap(bool isIPv6) => isIPv6 ? "ta_bitmap6" : "ta_bitmap4";
}
