using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.Elf;

/// <summary>
/// Reads the functions of a Go program from the table that its runtime uses for tracebacks (.gopclntab), which survives strip.
/// The layout of Go 1.18 and later: runtime/symtab.go, <c>pcHeader</c> and <c>_func</c>.
/// </summary>
internal static class GoFunctionTable
{
    private const uint Magic118 = 0xfffffff0;
    private const uint Magic120 = 0xfffffff1;
    private const int HeaderSize = 72;
    private const int MaxBytes = 256 << 20;

    // _func.funcID: what the runtime knows a function as.
    private const int IdentityOffset118 = 36;
    private const int IdentityOffset120 = 40;

    /// <summary>Reads the table; null when the file has none, or one that does not agree with the code.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static SymbolTable? Read(ElfImage image)
    {
        var section = Array.Find(image.Sections, section => section.Name.EndsWith(".gopclntab", StringComparison.Ordinal));
        if (section.Type == ElfSection.NoBits
            || section.Size < HeaderSize || image.File.ReadOrNull(section.Offset, section.Size, MaxBytes) is not { } table
            || BinaryPrimitives.ReadUInt32LittleEndian(table) is not (Magic118 or Magic120) || table[7] != 8)
        {
            return null;
        }

        var count = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(8));
        var textStart = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(24));
        var names = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(32));
        var functions = BinaryPrimitives.ReadUInt64LittleEndian(table.AsSpan(64));
        if (names > (ulong)table.Length || functions > (ulong)table.Length || count == 0 || count > (((ulong)table.Length - functions) / 8))
        {
            return null;
        }

        // In a position-independent program the loader fills the address in, and from Go 1.26 on nobody does.
        if (textStart == 0)
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

            // Behind the last function stands where its code ends.
            var end = (i * 8) + 12 <= index.Length ? BinaryPrimitives.ReadUInt32LittleEndian(index[((i * 8) + 8)..]) : start;
            var at = BinaryPrimitives.ReadUInt32LittleEndian(index[((i * 8) + 4)..]);
            if (at + 8UL > (ulong)index.Length || end < start)
            {
                return null;
            }

            var name = BinaryPrimitives.ReadUInt32LittleEndian(index[((int)at + 4)..]);
            var address = textStart + start;
            entries[i] = ElfSymbol.Function(name, address, end - start);
            hasEntryPoint |= address == image.EntryPoint;
            identities[i] = at + (ulong)identity < (ulong)index.Length ? index[(int)at + identity] : (byte)0;
        }

        LeaveOutWrappers(entries, identities, table.AsSpan((int)names));

        // Go's own start-up code begins the process. Where C begins it, the symbols that C needs say where the code is.
        return hasEntryPoint ? SymbolTable.Of(symbols, table[(int)names..]) : null;
    }

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
