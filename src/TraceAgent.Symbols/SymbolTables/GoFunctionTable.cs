using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Symbols.SymbolTables;

/// <summary>
/// Reads the functions of a Go program from the table that its runtime uses for tracebacks (.gopclntab), which survives strip.
/// The layout of Go 1.18 and later: runtime/symtab.go, <c>pcHeader</c> and <c>_func</c>.
/// </summary>
internal static class GoFunctionTable
{
    private const uint Magic118 = 0xfffffff0;
    private const uint Magic120 = 0xfffffff1;
    private const int HeaderSize = 72;
    private const int TextStartOffset = 24;
    private const int MaxBytes = 256 << 20;

    // _func.funcID: what the runtime knows a function as.
    private const int IdentityOffset118 = 36;
    private const int IdentityOffset120 = 40;

    /// <summary>Reads the table; null when the file has none, or one that does not agree with the code.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static SymbolTable? Read(ElfImage image)
    {
        if (Find(image) is not var (place, table))
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(8));
        var textStart = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(TextStartOffset));
        var names = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(32));
        var functions = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(64));
        if (names > (ulong)table.Length || functions > (ulong)table.Length || count == 0 || count > (((ulong)table.Length - functions) / 8))
        {
            return null;
        }

        // In a position-independent program the loader may fill the address in, and from Go 1.26 on nobody does.
        textStart = textStart != 0 ? textStart : RelativeRelocations.Of(image).Of(place + TextStartOffset) ?? 0;
        var isGuessed = textStart == 0;
        if (isGuessed)
        {
            textStart = Array.Find(image.Sections, candidate => candidate.Name == ".text" && candidate.IsCode).Address;
        }

        var symbols = new byte[(int)count * ElfSymbol.SizeInFile];
        var entries = MemoryMarshal.Cast<byte, ElfSymbol>(symbols.AsSpan());
        var index = table.AsSpan((int)functions);
        var hasEntryPoint = false;
        var identity = BinaryPrimitives.ReadUInt32LittleEndian(table) == Magic118 ? IdentityOffset118 : IdentityOffset120;
        var identities = new byte[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(index[(i * 8)..]);

            // After the last function stands where its code ends.
            var end = (i * 8) + 12 <= index.Length ? BinaryPrimitives.ReadUInt32LittleEndian(index[((i * 8) + 8)..]) : start;
            var at = BinaryPrimitives.ReadUInt32LittleEndian(index[((i * 8) + 4)..]);
            var address = textStart + start;
            if (at + 8UL > (ulong)index.Length || end < start || image.CodeSegmentAt(address) is null)
            {
                return null;
            }

            var name = BinaryPrimitives.ReadUInt32LittleEndian(index[((int)at + 4)..]);
            entries[i] = ElfSymbol.Function(name, address, end - start);
            hasEntryPoint |= address == image.EntryPoint;
            identities[i] = at + (ulong)identity < (ulong)index.Length ? index[(int)at + identity] : (byte)0;
        }

        LeaveOutWrappers(entries, identities, table.AsSpan((int)names));

        // Without C in it, the start of .text is that of Go's code, and Go's own start-up code begins the process.
        return isGuessed && !hasEntryPoint ? null : SymbolTable.Of(symbols, table[(int)names..]);
    }

    /// <summary>Finds the table, with its address; what is after it may be part of the bytes. Null when there is none.</summary>
    private static (ulong Address, byte[] Table)? Find(ElfImage image)
    {
        var section = Array.Find(image.Sections, section => section.Name.EndsWith(".gopclntab", StringComparison.Ordinal));
        if (section.Name is not null)
        {
            return section.Type != ElfSection.NoBits && image.File.ReadOrNull(section.Offset, section.Size, MaxBytes) is { } whole
                && IsHeader(whole) ? (section.Address, whole) : null;
        }

        // In a position-independent program, C's linker lays it among other data that the loader fills in.
        section = Array.Find(image.Sections, section => section.Name == ".data.rel.ro");
        if (section.Name is null || section.Type == ElfSection.NoBits
            || image.File.ReadOrNull(section.Offset, section.Size, MaxBytes) is not { } data)
        {
            return null;
        }

        const int alignment = 8;
        for (var at = (int)(alignment - (section.Address % alignment)) % alignment; at < data.Length; at += alignment)
        {
            if (IsHeader(data.AsSpan(at)))
            {
                return (section.Address + (ulong)at, data[at..]);
            }
        }

        return null;
    }

    /// <summary>True for the magic number, two zeros, the unit of code (1 on x86-64, 4 on arm64) and the size of pointers.</summary>
    private static bool IsHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderSize && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is Magic118 or Magic120
        && bytes[4..8] is [0, 0, 1 or 4, 8];

    /// <summary>
    /// Removes wrappers. Before Go 1.21, this table calls all that was made of a generic function by one name
    /// (<c>main.(*stack[...]).push</c>), also what only finds the dictionary and goes on to one of the others. That is code
    /// without a name here: it has other arguments, and its calls would be seen twice. Code that the compiler made up has the
    /// highest of the identities (objabi/funcid.go, funcID_wrapper).
    /// </summary>
    private static void LeaveOutWrappers(Span<ElfSymbol> entries, byte[] identities, ReadOnlySpan<byte> names)
    {
        var wrapper = identities.Max();
        var none = names.IndexOf((byte)0);
        for (var i = 0; wrapper > 0 && none >= 0 && i < entries.Length; i++)
        {
            ref var entry = ref entries[i];
            if (identities[i] != wrapper || entry.Name >= (uint)names.Length)
            {
                continue;
            }

            var name = names[(int)entry.Name..];
            var end = name.IndexOf((byte)0);
            if ((end < 0 ? name : name[..end]).IndexOf("[...]"u8) >= 0)
            {
                entry = ElfSymbol.Function((uint)none, entry.Address, entry.Size);
            }
        }
    }
}
