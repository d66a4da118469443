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
    private const int MaxEntryBytes = 64 << 10;
    private const int EntryBytes = 8;

    private byte[]? _table;
    private Entry? _last;

    /// <summary>The function that holds the address, or null when the table does not prove one.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public FunctionRange? At(ulong address)
    {
        if (Table() is not var (origin, table) || CountUpTo(address, origin, table) is not (> 0 and var count))
        {
            return null;
        }

        var entry = table.AsSpan((count - 1) * EntryBytes);
        return ReadEntry(Relative(origin, entry[4..]), Relative(origin, entry)) is { } found
            && address - found.Start < found.End - found.Start
            ? new FunctionRange("", found.Start, found.End, !found.IsSignalFrame && found.RowAt(found.Start) is { IsAtCall: true })
            : null;
    }

    /// <summary>The state of the stack at an address; null when the table does not say, or not in a form that is understood.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public UnwindRow? RowAt(ulong address)
    {
        if (Table() is not var (origin, table) || CountUpTo(address, origin, table) is not (> 0 and var count))
        {
            return null;
        }

        var place = table.AsSpan((count - 1) * EntryBytes);
        var start = Relative(origin, place);
        if (_last?.Start != start)
        {
            _last = ReadEntry(Relative(origin, place[4..]), start);
        }

        return _last is { IsSignalFrame: false } entry && address - entry.Start < entry.End - entry.Start ? entry.RowAt(address) : null;
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
        image.FindSegment(
            ElfSegment.EhFrameHeader) is { FileSize: >= 12 } segment && (_table ??= ReadTable(segment)) is { Length: > 0 } table
            ? (segment.Address, table)
            : null;

    /// <summary>The number of entries that start at the address or before it.</summary>
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

    /// <summary>Reads the table; empty when it is absent or of another form.</summary>
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

    private Entry? ReadEntry(ulong entryAddress, ulong start)
    {
        if (ReadRecord(entryAddress) is not { } entry || entry.Length < 16)
        {
            return null;
        }

        var commonAddress = entryAddress + 4 - BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(4));
        if (ReadRecord(commonAddress) is not { } common || Common.TryRead(common) is not { } shared)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(12));
        if (Relative(entryAddress + 8, entry.AsSpan(8)) != start || start > ulong.MaxValue - length)
        {
            return null;
        }

        var reader = new LebReader(entry.AsSpan(16));
        return reader.TrySkip(reader.Unsigned()) ? new Entry(start, start + length, shared, reader.Rest.ToArray()) : null;
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

    /// <summary>One entry (FDE).</summary>
    private sealed record Entry(ulong Start, ulong End, Common Shared, byte[] Instructions)
    {
        public bool IsSignalFrame => Shared.IsSignalFrame;

        public UnwindRow? RowAt(ulong address) => new UnwindProgram(Shared.CodeAlignment, Shared.DataAlignment, Shared.ReturnAddress)
            .RowAt(Shared.Instructions, Instructions, address - Start);
    }

    /// <summary>The common part of entries (CIE).</summary>
    private sealed record Common(ulong CodeAlignment, long DataAlignment, ulong ReturnAddress, bool IsSignalFrame, byte[] Instructions)
    {
        /// <summary>Reads the common part; null when its entries do not give addresses as distances of 4 bytes.</summary>
        public static Common? TryRead(byte[] common)
        {
            if (common.Length < 10 || BinaryPrimitives.ReadUInt32LittleEndian(common.AsSpan(4)) != 0 || common[8] is not (1 or 3))
            {
                return null;
            }

            var letters = common.AsSpan(9);
            var end = letters.IndexOf((byte)0);
            if (end < 1 || letters[0] != (byte)'z')
            {
                return null;
            }

            var reader = new LebReader(letters[(end + 1)..]);
            var codeAlignment = reader.Unsigned();
            var dataAlignment = reader.Signed();
            var returnAddress = common[8] == 1 ? reader.Byte() : reader.Unsigned();
            var behind = reader;
            behind.Unsigned();
            var augmentation = reader.Unsigned();
            var isSignalFrame = false;
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
                    case (byte)'B':
                        break;
                    default:
                        return null;
                }
            }

            return encoding == ProgramRelativeSigned4 && behind.TrySkip(augmentation)
                ? new Common(codeAlignment, dataAlignment, returnAddress, isSignalFrame, behind.Rest.ToArray())
                : null;
        }
    }
}
