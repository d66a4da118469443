using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Kernel;

/// <summary><c>struct btf_header</c>, which a piece of BTF begins with. Offsets are in bytes behind it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct BtfHeader
{
    private readonly ushort _magic;
    private readonly byte _version;
    private readonly byte _flags;
    private readonly uint _length;
    private readonly uint _typesOffset;
    private readonly uint _typesLength;
    private readonly uint _stringsOffset;
    private readonly uint _stringsLength;

    /// <summary>Whether it is BTF of this processor's byte order, and not of absurd size.</summary>
    public bool IsValid => _magic == 0xeb9f && _version == 1 && _typesLength < 256 << 20 && _stringsLength < 256 << 20;

    public long TypesAt => (long)_length + _typesOffset;

    public int TypesLength => (int)_typesLength;

    public long StringsAt => (long)_length + _stringsOffset;

    public int StringsLength => (int)_stringsLength;
}
