using System.Buffers.Binary;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Dwarf.Frames;

namespace TraceAgent.Symbols.Binaries;

/// <summary>
/// Function starts from .eh_frame, which survives strip: the sorted table of .eh_frame_hdr and the entries (FDE) that it
/// leads to. Linux Standard Base, "Exception Frames" and "The .eh_frame_hdr section"; only the encodings that GNU ld and lld write.
/// </summary>
internal sealed class UnwindIndex(ElfImage image)
{
    private const byte DataRelativeSigned4 = 0x3b;
    private const byte Unsigned4 = 0x03;
    private const int MaxEntries = 4 << 20;
    private const int MaxEntryBytes = 64 << 10;
    private const int EntryBytes = 8;

    // Length, and the distance to the common part or 0.
    private const int RecordHeaderBytes = 8;

    private byte[]? _table;
    private FrameEntry? _last;

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
            && found.Holds(address)
            ? new FunctionRange("", found.Start, found.End, !found.Shared.IsSignalFrame && found.RowAt(found.Start) is { IsAtCall: true })
            : null;
    }

    /// <summary>The state of the stack at an address; null when the table does not say, or not in a form that is understood.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public FrameRow? RowAt(ulong address)
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

        return _last is { Shared.IsSignalFrame: false } entry && entry.Holds(address) ? entry.RowAt(address) : null;
    }

    /// <summary>The nearest start of an entry before or after the address, which may be one itself; null when there is none.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public ulong? NearStart(ulong address, bool before)
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

    private FrameEntry? ReadEntry(ulong entryAddress, ulong start)
    {
        if (ReadRecord(entryAddress) is not { } entry || entry.Length < RecordHeaderBytes)
        {
            return null;
        }

        var distance = BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(4));
        return ReadRecord(entryAddress + 4 - distance) is { Length: >= RecordHeaderBytes } common
            && BinaryPrimitives.ReadUInt32LittleEndian(common.AsSpan(4)) == 0
            && CommonFrame.TryRead(common.AsSpan(RecordHeaderBytes)) is { } shared
            && FrameEntry.TryRead(
                entry.AsSpan(RecordHeaderBytes), entryAddress + RecordHeaderBytes, shared) is { } found && found.Start == start
            ? found
            : null;
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
}
