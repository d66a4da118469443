using System.Buffers.Binary;
using System.Text;
using TraceAgent.Dwarf.Elf;

namespace TraceAgent.Symbols.SymbolTables;

/// <summary>
/// The versions of a library's dynamic symbols, such as <c>GLIBC_2.34</c>. Linux Standard Base, "Symbol Versioning": a number for
/// each symbol (.gnu.version), and names for the numbers (.gnu.version_d for what the file has, .gnu.version_r for what it needs).
/// </summary>
internal sealed class SymbolVersions
{
    // libstdc++ has about 60 versions; the numbers are 15 bits wide.
    private const int MaxVersions = 4096;
    private const int MaxBytes = 16 << 20;
    private const ushort Hidden = 0x8000;

    private readonly byte[] _numbers;
    private readonly Dictionary<int, string> _names = [];

    private SymbolVersions(byte[] numbers) => _numbers = numbers;

    /// <summary>Reads the versions; null when the file has none, or none that can be read: every name is then without a version.</summary>
    /// <exception cref="IOException">The operating system could not read.</exception>
    public static SymbolVersions? Read(ElfFile file, ElfSection[] sections)
    {
        var section = Array.Find(sections, section => section.Type == ElfSection.VersionNumbers);
        if (section.Size == 0 || file.ReadOrNull(section.Offset, section.Size, MaxBytes) is not { } numbers)
        {
            return null;
        }

        var versions = new SymbolVersions(numbers);
        versions.AddNames(file, sections, ElfSection.VersionDefinitions);
        versions.AddNames(file, sections, ElfSection.VersionNeeds);
        return versions;
    }

    /// <summary>The version's name, or null for a symbol without one.</summary>
    /// <param name="symbol">Index in the dynamic symbol table.</param>
    /// <param name="isDefault">True when programs that are linked today get this version.</param>
    public string? Of(int symbol, out bool isDefault)
    {
        isDefault = false;
        if (symbol > (_numbers.Length / 2) - 1)
        {
            return null;
        }

        var number = BinaryPrimitives.ReadUInt16LittleEndian(_numbers.AsSpan(symbol * 2));
        isDefault = (number & Hidden) == 0;
        return _names.GetValueOrDefault(number & ~Hidden);
    }

    private void AddNames(ElfFile file, ElfSection[] sections, uint type)
    {
        var section = Array.Find(sections, section => section.Type == type);
        if (section.Size == 0 || section.Link >= (uint)sections.Length
            || file.ReadOrNull(section.Offset, section.Size, MaxBytes) is not { } entries
            || file.ReadOrNull(sections[section.Link].Offset, sections[section.Link].Size, MaxBytes) is not { } strings)
        {
            return;
        }

        var isDefinition = type == ElfSection.VersionDefinitions;
        var entrySize = isDefinition ? 20 : 16;
        ulong at = 0;
        for (var i = 0; i < MaxVersions && at + (ulong)entrySize <= (ulong)entries.Length; i++)
        {
            var entry = entries.AsSpan((int)at);
            var detail = at + BinaryPrimitives.ReadUInt32LittleEndian(entry[(isDefinition ? 12 : 8)..]);
            if (isDefinition)
            {
                // A definition's first name is its own; the others are its parents' (LSB, Version Definition Auxiliary Entries).
                if (detail + 8 <= (ulong)entries.Length)
                {
                    Add(BinaryPrimitives.ReadUInt16LittleEndian(
                        entry[4..]), strings, BinaryPrimitives.ReadUInt32LittleEndian(entries.AsSpan((int)detail)));
                }
            }
            else
            {
                AddNeeds(entries, detail, strings);
            }

            var next = BinaryPrimitives.ReadUInt32LittleEndian(entry[(isDefinition ? 16 : 12)..]);
            if (next == 0)
            {
                return;
            }

            at += next;
        }
    }

    private void AddNeeds(byte[] entries, ulong at, byte[] strings)
    {
        for (var i = 0; i < MaxVersions && _names.Count < MaxVersions && at + 16 <= (ulong)entries.Length; i++)
        {
            var need = entries.AsSpan((int)at, 16);
            Add(BinaryPrimitives.ReadUInt16LittleEndian(need[6..]), strings, BinaryPrimitives.ReadUInt32LittleEndian(need[8..]));
            var next = BinaryPrimitives.ReadUInt32LittleEndian(need[12..]);
            if (next == 0)
            {
                return;
            }

            at += next;
        }
    }

    private void Add(int number, byte[] strings, uint offset)
    {
        const int longest = 256;
        if (_names.Count >= MaxVersions || offset >= (uint)strings.Length)
        {
            return;
        }

        var name = strings.AsSpan((int)offset);
        name = name[..Math.Min(name.Length, longest)];
        var end = name.IndexOf((byte)0);
        _names.TryAdd(number & ~Hidden, Encoding.UTF8.GetString(end < 0 ? name : name[..end]));
    }
}
