using System.Buffers.Binary;

namespace TraceAgent.Dwarf.Bytes;

/// <summary>
/// Reads numbers and texts in the order in which DWARF writes them (DWARF 5, chapter 7), little-endian. A read that does not fit
/// fails for good: from then on everything is 0 or empty and the cursor is at its end, so a loop over it ends, and one look at
/// <see cref="HasFailed"/> after many reads is enough.
/// </summary>
public ref struct Cursor
{
    private const int Bits = 64;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Makes a cursor over all bytes of a section, at a position in it.</summary>
    public Cursor(ReadOnlySpan<byte> bytes, int position = 0)
    {
        _bytes = bytes;
        Position = position;
        if ((uint)position > (uint)bytes.Length)
        {
            Fail();
        }
    }

    /// <summary>Bytes from the start of what is read.</summary>
    public int Position { get; private set; }

    public bool HasFailed { get; private set; }

    public readonly bool IsAtEnd => Position >= _bytes.Length;

    public readonly int Left => _bytes.Length - Position;

    public byte Byte() => Position < _bytes.Length ? _bytes[Position++] : (byte)Fail();

    public ushort UInt16() => Take(2) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint UInt32() => Take(4) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public ulong UInt64() => Take(8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Reads a number of a fixed size.</summary>
    /// <param name="size">Bytes, at most 8.</param>
    public ulong Fixed(int size)
    {
        ulong value = 0;
        var bytes = Take(size);
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

    /// <summary>Reads an offset of the 32-bit or the 64-bit format.</summary>
    public ulong Offset(bool is64) => is64 ? UInt64() : UInt32();

    /// <summary>Reads an unsigned LEB128; bits beyond the 64th are dropped.</summary>
    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; !HasFailed; shift += 7)
        {
            var part = Byte();
            value |= shift < Bits ? (ulong)(part & 0x7f) << shift : 0;
            if (part < 0x80)
            {
                break;
            }
        }

        return value;
    }

    /// <summary>Reads a signed LEB128; bits beyond the 64th are dropped.</summary>
    public long Signed()
    {
        long value = 0;
        for (var shift = 0; !HasFailed; shift += 7)
        {
            var part = Byte();
            value |= shift < Bits ? (long)(part & 0x7f) << shift : 0;
            if (part < 0x80)
            {
                var filled = shift + 7;
                return (part & 0x40) != 0 && filled < Bits ? value | (-1L << filled) : value;
            }
        }

        return value;
    }

    /// <summary>Reads a text that ends at a NUL, without it.</summary>
    public ReadOnlySpan<byte> Text()
    {
        var length = _bytes[Position..].IndexOf((byte)0);
        if (length < 0)
        {
            Fail();
            return [];
        }

        var text = _bytes.Slice(Position, length);
        Position += length + 1;
        return text;
    }

    public ReadOnlySpan<byte> Bytes(ulong count) => count <= (ulong)Left ? Take((int)count) : Take(int.MaxValue);

    public void Skip(ulong count) => Bytes(count);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
        {
            Fail();
            return [];
        }

        var bytes = _bytes.Slice(Position, count);
        Position += count;
        return bytes;
    }

    private int Fail()
    {
        HasFailed = true;
        Position = _bytes.Length;
        return 0;
    }
}
