using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// The index of the units in a package of <c>.dwo</c> files (<c>.dwp</c>): where the part of each begins in the common sections.
/// DWARF 5, section 7.3.5; version 2 is that of GNU for DWARF 4.
/// </summary>
internal sealed class PackageIndex
{
    private const uint MaxColumns = 8;
    private const uint MaxRows = 1 << 18;

    // DW_SECT_INFO and, before DWARF 5, DW_SECT_TYPES; the other sections are numbered the same in both.
    private const uint Entries = 1;
    private const uint TypeEntries = 2;
    private const uint Abbreviations = 3;
    private const uint Locations = 5;
    private const uint StringOffsets = 6;
    private const uint RangeLists = 8;

    private readonly Dictionary<ulong, Contribution> _parts = [];

    private PackageIndex()
    {
    }

    /// <summary>Reads the indexes; empty for a file that is no package.</summary>
    public static PackageIndex Read(DebugSections sections)
    {
        var index = new PackageIndex();
        index.Add(sections[SectionKind.CompileIndex]);
        index.Add(sections[SectionKind.TypeIndex]);
        return index;
    }

    /// <summary>The part of a unit; the beginning of every section when the file is no package.</summary>
    /// <param name="section">The section that has the unit.</param>
    /// <param name="offset">Bytes from its start.</param>
    public Contribution Of(SectionKind section, int offset) =>
        _parts.GetValueOrDefault(KeyOf(section, (uint)offset)) ?? Contribution.None;

    private static ulong KeyOf(SectionKind section, uint offset) => ((ulong)section << 32) | offset;

    private void Add(ReadOnlySpan<byte> section)
    {
        var cursor = new Cursor(section);
        var version = cursor.UInt16();
        cursor.UInt16();
        var (columns, rows, slots) = (cursor.UInt32(), cursor.UInt32(), cursor.UInt32());
        if (cursor.HasFailed || version is not (2 or 5) || columns > MaxColumns || rows > MaxRows)
        {
            return;
        }

        // A table of hashes leads from the number of a unit to its row; the rows are read in their order instead.
        cursor.Skip(slots * 12UL);
        var kinds = new uint[columns];
        for (var i = 0; i < kinds.Length; i++)
        {
            kinds[i] = cursor.UInt32();
        }

        for (var row = 0; row < rows && !cursor.HasFailed; row++)
        {
            Read(ref cursor, kinds);
        }
    }

    private void Read(ref Cursor cursor, uint[] kinds)
    {
        ulong? unit = null;
        var part = Contribution.None;
        foreach (var kind in kinds)
        {
            var offset = cursor.UInt32();
            switch (kind)
            {
                case Entries:
                    unit = KeyOf(SectionKind.Entries, offset);
                    break;
                case TypeEntries:
                    unit = KeyOf(SectionKind.TypeEntries, offset);
                    break;
                case Abbreviations:
                    part = part with { Abbreviations = offset };
                    break;
                case Locations:
                    part = part with { Locations = offset };
                    break;
                case StringOffsets:
                    part = part with { StringOffsets = offset };
                    break;
                case RangeLists:
                    part = part with { RangeLists = offset };
                    break;
                default:
                    break;
            }
        }

        if (unit is { } key && !cursor.HasFailed)
        {
            _parts.TryAdd(key, part);
        }
    }
}

/// <summary>The start of the part of a unit in the sections of its file, in bytes from their start.</summary>
internal sealed record Contribution(uint Abbreviations, uint StringOffsets, uint Locations, uint RangeLists)
{
    /// <summary>The beginning of every section.</summary>
    public static Contribution None { get; } = new(0, 0, 0, 0);
}
