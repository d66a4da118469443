using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Xdp;

/// <summary>
/// Bits in memory shared with the program, found by an address' first bits: where the bit is zero, nothing denies. A bit of an
/// IPv4 bitmap stands for 1,024 addresses; one of IPv6 for all prefixes that hash to it.
/// </summary>
internal sealed class PrefixBitmap : IDisposable
{
    private const int Words = 1 << (PacketLayout.BitmapBitsLog2 - 6);

    private readonly bool _isIPv6;
    private readonly MappedMap _memory;

    public PrefixBitmap(BpfObject loaded, bool isIPv6)
    {
        var map = PacketLayout.Bitmap(isIPv6);
        _isIPv6 = isIPv6;
        _memory = MappedMap.Writable(loaded.MapFd(map), map, 0, Words * sizeof(long));
    }

    /// <summary>Sets the bits of these prefixes, and with <paramref name="keep"/> leaves those that were set before.</summary>
    public void Set(IEnumerable<IpPrefix> denied, bool keep)
    {
        var words = new ulong[Words];
        foreach (var prefix in denied)
        {
            Mark(words, prefix);
        }

        for (var i = 0; i < words.Length; i++)
        {
            var now = (ulong)_memory[i * sizeof(long)];
            var wanted = keep ? now | words[i] : words[i];
            if (wanted != now)
            {
                _memory.Write(i * sizeof(long), (long)wanted);
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Mark(ulong[] words, IpPrefix prefix)
    {
        if (!_isIPv6)
        {
            var first = (uint)prefix.Address.Bits >> (32 - PacketLayout.BitmapBitsLog2);
            var count = 1u << Math.Max(0, PacketLayout.BitmapBitsLog2 - prefix.Length);
            for (var bit = first; bit < first + count; bit++)
            {
                words[bit >> 6] |= 1UL << (int)(bit & 63);
            }

            return;
        }

        // Shorter ones have no bit: a word tells the program not to check here.
        var start = (ulong)(prefix.Address.Bits >> 64);
        var hash = prefix.Length >= PacketLayout.BitmapNarrowBits
            ? start * PacketLayout.BitmapNarrowFactor
            : (start >> 32) * PacketLayout.BitmapWideFactor;
        hash >>= 64 - PacketLayout.BitmapBitsLog2;
        words[hash >> 6] |= 1UL << (int)(hash & 63);
    }
}
