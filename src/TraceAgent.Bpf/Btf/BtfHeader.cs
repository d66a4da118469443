using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Btf;

/// <summary><c>struct btf_header</c>, which a piece of BTF begins with. Offsets are in bytes after it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct BtfHeader
{
    private const ushort Magic = 0xeb9f;

    private readonly ushort _magic;
    private readonly byte _version;
    private readonly byte _flags;
    private readonly uint _length;
    private readonly uint _typesOffset;
    private readonly uint _typesLength;
    private readonly uint _stringsOffset;
    private readonly uint _stringsLength;

    private BtfHeader(int typesLength, int stringsLength)
    {
        (_magic, _version, _length) = (Magic, 1, (uint)Unsafe.SizeOf<BtfHeader>());
        (_typesLength, _stringsOffset, _stringsLength) = ((uint)typesLength, (uint)typesLength, (uint)stringsLength);
    }

    /// <summary>The header of BTF in which the strings lie after the types.</summary>
    public static byte[] Bytes(int typesLength, int stringsLength) =>
        MemoryMarshal.AsBytes<BtfHeader>([new BtfHeader(typesLength, stringsLength)]).ToArray();

    /// <summary>True for BTF of this processor's byte order and of plausible size.</summary>
    public bool IsValid => _magic == Magic && _version == 1 && _typesLength < 256 << 20 && _stringsLength < 256 << 20;

    public long TypesAt => (long)_length + _typesOffset;

    public int TypesLength => (int)_typesLength;

    public long StringsAt => (long)_length + _stringsOffset;

    public int StringsLength => (int)_stringsLength;
}
