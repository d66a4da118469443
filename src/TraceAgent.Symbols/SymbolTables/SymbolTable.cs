using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.SymbolTables;

/// <summary>
/// One of the file's symbol tables, kept as it lies in the file: a million symbols cost one read and no objects, and a name
/// is found by comparing bytes.
/// </summary>
internal sealed class SymbolTable
{
    // Chromium with all its symbols has about a tenth of this.
    private const int MaxBytes = 256 << 20;

    private readonly byte[] _symbols;
    private readonly byte[] _names;

    private readonly SymbolVersions? _versions;

    private SymbolTable(byte[] symbols, byte[] names, SymbolVersions? versions)
    {
        _symbols = symbols;
        _names = names;
        _versions = versions;
    }

    public ReadOnlySpan<ElfSymbol> Symbols =>
        MemoryMarshal.Cast<byte, ElfSymbol>(_symbols.AsSpan(0, _symbols.Length - (_symbols.Length % ElfSymbol.SizeInFile)));

    /// <summary>The table, or null when the file does not have all of it.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static SymbolTable? Read(ElfFile file, ElfSection section, ElfSection[] sections)
    {
        if (section.Link >= (uint)sections.Length)
        {
            return null;
        }

        var strings = sections[section.Link];
        var symbols = file.ReadOrNull(section.Offset, section.Size, MaxBytes);
        var names = symbols is null ? null : file.ReadOrNull(strings.Offset, strings.Size, MaxBytes);
        var versions = names is not null && section.Type == ElfSection.DynamicSymbolTable ? SymbolVersions.Read(file, sections) : null;
        return names is null ? null : new SymbolTable(symbols!, names, versions);
    }

    /// <summary>A table made from another source, in the form of the file's.</summary>
    /// <param name="symbols">The symbols, of type <see cref="ElfSymbol"/>.</param>
    /// <param name="names">The names, each with a zero after it.</param>
    public static SymbolTable Of(byte[] symbols, byte[] names) => new(symbols, names, versions: null);

    /// <summary>The name of a symbol, without the closing zero, at most 4,096 bytes; empty when the offset is outside the table.</summary>
    public ReadOnlySpan<byte> NameOf(in ElfSymbol symbol)
    {
        // A string table without zeros would make every name as long as the table, and a scan of all names quadratic.
        const int longest = 4096;
        if (symbol.Name >= (uint)_names.Length)
        {
            return default;
        }

        var name = _names.AsSpan((int)symbol.Name);
        name = name[..Math.Min(name.Length, longest)];
        var end = name.IndexOf((byte)0);
        return end < 0 ? name : name[..end];
    }

    /// <summary>
    /// True when the symbol is called <paramref name="name"/>, with or without a version after it (<c>foo@VERSION</c>, or
    /// <c>foo@@VERSION</c> for the default one).
    /// </summary>
    public bool IsNamed(in ElfSymbol symbol, ReadOnlySpan<byte> name)
    {
        if (symbol.Name >= (uint)_names.Length)
        {
            return false;
        }

        var rest = _names.AsSpan((int)symbol.Name);
        if (!rest.StartsWith(name))
        {
            return false;
        }

        return rest.Length == name.Length || rest[name.Length] is 0 or (byte)'@';
    }

    /// <summary>The name without its version.</summary>
    public ReadOnlySpan<byte> PlainNameOf(in ElfSymbol symbol)
    {
        var name = NameOf(symbol);
        var version = name.IndexOf((byte)'@');
        return version > 0 ? name[..version] : name;
    }

    /// <summary>The symbol's version, or null.</summary>
    /// <param name="index">The index of the symbol.</param>
    /// <param name="isDefault">True when programs that are linked today get this version.</param>
    public string? VersionOf(int index, out bool isDefault)
    {
        // Static tables have it in the name, dynamic ones beside it.
        var name = NameOf(Symbols[index]);
        var at = name.IndexOf((byte)'@');
        if (at <= 0)
        {
            isDefault = false;
            return _versions?.Of(index, out isDefault);
        }

        isDefault = name[at..].StartsWith("@@"u8);
        return Encoding.UTF8.GetString(name[(at + (isDefault ? 2 : 1))..]);
    }

    /// <summary>The source file of a local symbol, or null: tables list a file and then its local symbols.</summary>
    public string? SourceOf(int index)
    {
        // A hostile table would make this search for each of its symbols long.
        const int farthest = 1 << 16;
        var symbols = Symbols;
        if (!symbols[index].IsLocal)
        {
            return null;
        }

        for (var i = index - 1; i >= 0 && i > index - farthest; i--)
        {
            if (symbols[i].IsSourceFile)
            {
                return TextOf(symbols[i]) is { Length: > 0 } name ? name : null;
            }
        }

        return null;
    }

    public string TextOf(in ElfSymbol symbol) => Encoding.UTF8.GetString(NameOf(symbol));
}
