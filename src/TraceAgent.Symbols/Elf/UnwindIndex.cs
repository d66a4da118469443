using System.Buffers.Binary;

namespace TraceAgent.Symbols.Elf;

/// <summary>
/// Function starts from .eh_frame, which survives strip: the sorted table of .eh_frame_hdr and the entries (FDE) that it
/// leads to. Linux Standard Base, "Exception Frames" and "The .eh_frame_hdr section"; only the encodings that GNU ld and lld write.
/// </summary>
internal sealed class UnwindIndex(ElfImage image)
{
    private const byte DataRelativeSigned4 = 0x3b;
    private const byte Unsigned4 = 0x03;
    private const byte ProgramRelativeSigned4 = 0x1b;
    private const int MaxEntries = 4 << 20;
    private const int MaxEntryBytes = 4096;
    private const int EntryBytes = 8;

    private byte[]? _table;

    /// <summary>The function that holds the address, or null when the table does not prove one.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public FunctionRange? At(ulong address)
    {
        if (Table() is not var (origin, table) || CountUpTo(address, origin, table) is not (> 0 and var count))
        {
            return null;
        }

        var entry = table.AsSpan((count - 1) * EntryBytes);
        var range = ReadEntry(Relative(origin, entry[4..]), Relative(origin, entry));
        return range is not null && range.Holds(address) ? range : null;
    }

    /// <summary>The nearest start of an entry before or behind the address, which may be one itself; null when there is none.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public ulong? StartBeside(ulong address, bool before)
    {
        if (Table() is not var (origin, table))
        {
            return null;
        }

        var at = before ? CountUpTo(address - 1, origin, table) - 1 : CountUpTo(address, origin, table);
        return at >= 0 && at < table.Length / EntryBytes ? Relative(origin, table.AsSpan(at * EntryBytes)) : null;
    }

    private (ulong Origin, byte[] Table)? Table() =>
        image.FindSegment(ElfSegment.EhFrameHeader) is { FileSize: >= 12 } segment && (_table ??= ReadTable(segment)) is { Length: > 0 } table
            ? (segment.Address, table)
            : null;

    /// <summary>Entries that start at the address or before it.</summary>
    private static int CountUpTo(ulong address, ulong origin, byte[] table)
    {
        var low = 0;
        var high = table.Length / EntryBytes;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (Relative(origin, table.AsSpan(middle * EntryBytes)) <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Empty when the table is absent or of another form.</summary>
    private byte[] ReadTable(ElfSegment segment)
    {
        Span<byte> header = stackalloc byte[12];
        if (!image.File.TryRead(segment.Offset, header) || header[0] != 1 || (header[1] & 0x0f) is not (0x03 or 0x0b)
            || header[2] != Unsigned4 || header[3] != DataRelativeSigned4)
        {
            return [];
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        return count > MaxEntries ? [] : image.File.ReadOrNull(segment.Offset + 12, count * 8UL, MaxEntries * 8) ?? [];
    }

    private static ulong Relative(ulong origin, ReadOnlySpan<byte> distance) =>
        origin + (ulong)BinaryPrimitives.ReadInt32LittleEndian(distance);

    private FunctionRange? ReadEntry(ulong entryAddress, ulong start)
    {
        if (ReadRecord(entryAddress) is not { } entry || entry.Length < 16)
        {
            return null;
        }

        var commonAddress = entryAddress + 4 - BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(4));
        if (ReadRecord(commonAddress) is not { } common || !TryReadAugmentation(common, out var hasAugmentation, out var isSignalFrame))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(12));
        if (Relative(entryAddress + 8, entry.AsSpan(8)) != start || start > ulong.MaxValue - length)
        {
            return null;
        }

        var reader = new LebReader(entry.AsSpan(16));
        if (hasAugmentation && !reader.TrySkip(reader.Unsigned()))
        {
            return null;
        }

        return new FunctionRange("", start, start + length, !isSignalFrame && StartsLikeACall(reader.Rest));
    }

    /// <summary>
    /// The common entry (CIE) says how the stack looks after a call. An entry that begins by saying otherwise describes code that
    /// is jumped to, such as the cold half of a function.
    /// </summary>
    private static bool StartsLikeACall(ReadOnlySpan<byte> instructions)
    {
        const byte advance = 0x40;
        const byte advance1 = 0x02;
        const byte advance4 = 0x04;
        return instructions.IsEmpty || instructions[0] == 0 || (instructions[0] & 0xc0) == advance
            || instructions[0] is >= advance1 and <= advance4;
    }

    private byte[]? ReadRecord(ulong address)
    {
        Span<byte> length = stackalloc byte[4];
        if (image.FileOffsetOf(address) is not { } offset || !image.File.TryRead(offset, length))
        {
            return null;
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(length);
        return size is 0 or > MaxEntryBytes ? null : image.File.ReadOrNull(offset, size + 4UL, MaxEntryBytes + 4);
    }

    /// <summary>False when the entries of this CIE do not give addresses as distances of 4 bytes.</summary>
    private static bool TryReadAugmentation(byte[] common, out bool hasAugmentation, out bool isSignalFrame)
    {
        hasAugmentation = false;
        isSignalFrame = false;
        if (common.Length < 10 || BinaryPrimitives.ReadUInt32LittleEndian(common.AsSpan(4)) != 0 || common[8] is not (1 or 3))
        {
            return false;
        }

        var letters = common.AsSpan(9);
        var end = letters.IndexOf((byte)0);
        if (end < 1 || letters[0] != (byte)'z')
        {
            return false;
        }

        var reader = new LebReader(letters[(end + 1)..]);
        reader.Unsigned();
        reader.Unsigned();
        if (common[8] == 1)
        {
            reader.TrySkip(1);
        }
        else
        {
            reader.Unsigned();
        }

        reader.Unsigned();
        hasAugmentation = true;
        var encoding = (byte)0;
        foreach (var letter in letters[1..end])
        {
            switch (letter)
            {
                case (byte)'R':
                    encoding = reader.Byte();
                    break;
                case (byte)'L':
                    reader.Byte();
                    break;
                case (byte)'P':
                    reader.TrySkip((reader.Byte() & 0x0f) switch { 0x2 or 0xa => 2, 0x3 or 0xb => 4, _ => 8 });
                    break;
                case (byte)'S':
                    isSignalFrame = true;
                    break;
                default:
                    return false;
            }
        }

        return encoding == ProgramRelativeSigned4;
    }

    private ref struct LebReader(ReadOnlySpan<byte> bytes)
    {
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

        public ulong Unsigned()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64 && !Rest.IsEmpty; shift += 7)
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
}
