using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceAgent.Bpf.Btf;

/// <summary>The names of a piece of BTF, by their offsets.</summary>
internal sealed unsafe class BtfNames
{
    private readonly byte* _start;
    private readonly int _length;

    /// <param name="start">The section of names, which must stay.</param>
    /// <param name="length">The length in bytes.</param>
    /// <exception cref="InvalidDataException">The last name does not end.</exception>
    public BtfNames(byte* start, int length)
    {
        if (length == 0 || start[length - 1] != 0)
        {
            throw new InvalidDataException("the names of BTF do not end");
        }

        _start = start;
        _length = length;
    }

    /// <summary>The name at an offset; empty for none.</summary>
    public ReadOnlySpan<byte> this[uint offset] =>
        offset < _length ? MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_start + offset) : default;

    /// <summary>The first bytes of a name, zeros after its end; all of it when it is short.</summary>
    public ulong Prefix(uint offset)
    {
        if (offset + sizeof(ulong) > _length)
        {
            return PrefixOf(this[offset]);
        }

        var bytes = Unsafe.ReadUnaligned<ulong>(_start + offset);

        // The high bit of the first byte that is 0 is set, and of none before it.
        var ends = (bytes - 0x0101_0101_0101_0101) & ~bytes & 0x8080_8080_8080_8080;
        return ends == 0 ? bytes : bytes & ((ends & (~ends + 1)) - 1) >> 7;
    }

    /// <summary>The same of a name that is given.</summary>
    public static ulong PrefixOf(ReadOnlySpan<byte> name)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        name[..Math.Min(name.Length, bytes.Length)].CopyTo(bytes);
        return MemoryMarshal.Read<ulong>(bytes);
    }

    /// <summary>True when the name at an offset is this one.</summary>
    public bool Is(uint offset, string name) => name.Length > 0 && Ascii.Equals(this[offset], name);
}

/// <summary>Finds names that are wanted among a hundred thousand: nearly all of those differ in their first bytes.</summary>
/// <param name="names">The names.</param>
/// <param name="wanted">The wanted ones.</param>
internal sealed class BtfNameSearch(BtfNames names, IReadOnlySet<string> wanted)
{
    private readonly ILookup<ulong, byte[]> _wanted =
        wanted.Select(Encoding.ASCII.GetBytes).ToLookup(name => BtfNames.PrefixOf(name));

    private readonly HashSet<ulong> _prefixes = [.. wanted.Select(name => BtfNames.PrefixOf(Encoding.ASCII.GetBytes(name)))];

    /// <summary>True for the offset of a name that is wanted.</summary>
    public bool IsWanted(uint offset)
    {
        var prefix = names.Prefix(offset);
        if (!_prefixes.Contains(prefix))
        {
            return false;
        }

        foreach (var name in _wanted[prefix])
        {
            if (names[offset].SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
