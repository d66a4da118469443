namespace TraceAgent.Symbols.Elf;

/// <summary>Reads numbers as DWARF writes them; behind the end there are zeros.</summary>
internal ref struct LebReader(ReadOnlySpan<byte> bytes)
{
    private const int Bits = 64;

    public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

    public byte Byte()
    {
        if (Rest.IsEmpty)
        {
            return 0;
        }

        var value = Rest[0];
        Rest = Rest[1..];
        return value;
    }

    /// <summary>Reads a little-endian number of a fixed size.</summary>
    /// <param name="size">Bytes, at most 8.</param>
    public ulong Fixed(int size)
    {
        ulong value = 0;
        for (var i = 0; i < size; i++)
        {
            value |= (ulong)Byte() << (8 * i);
        }

        return value;
    }

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < Bits && !Rest.IsEmpty; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                break;
            }
        }

        return value;
    }

    public long Signed()
    {
        long value = 0;
        for (var shift = 0; shift < Bits && !Rest.IsEmpty; shift += 7)
        {
            var part = Byte();
            value |= (long)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                var filled = shift + 7;
                return (part & 0x40) != 0 && filled < Bits ? value | (-1L << filled) : value;
            }
        }

        return value;
    }

    public bool TrySkip(ulong count)
    {
        if (count > (ulong)Rest.Length)
        {
            return false;
        }

        Rest = Rest[(int)count..];
        return true;
    }
}
