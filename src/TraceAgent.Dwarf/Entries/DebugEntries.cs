using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// The units of a file. Headers are read at the first use, entries when they are asked for. Not safe for several threads.
/// </summary>
internal sealed class DebugEntries
{
    // glibc has 2,063 units, a browser some 40,000.
    private const int MaxUnits = 1 << 18;
    private const int MaxTables = 64;

    private readonly Dictionary<ulong, AbbreviationTable> _abbreviations = [];
    private List<Unit>? _units;
    private List<Unit>? _typeUnits;
    private Dictionary<ulong, Unit>? _bySignature;
    private PackageIndex? _package;

    /// <summary>Makes the units of a file.</summary>
    /// <param name="sections">The sections, which stay the caller's.</param>
    /// <param name="supplement">The sections that dwz moved to a file for several (<c>.gnu_debugaltlink</c>).</param>
    public DebugEntries(DebugSections sections, DebugEntries? supplement = null) => (Sections, Supplement) = (sections, supplement);

    public DebugSections Sections { get; }

    public DebugEntries? Supplement { get; }

    /// <summary>The units of <c>.debug_info</c> in their order, up to the first that is damaged.</summary>
    public IReadOnlyList<Unit> Units => _units ??= ReadUnits(SectionKind.Entries);

    /// <summary>The index of a package of units; empty for other files.</summary>
    public PackageIndex Package => _package ??= PackageIndex.Read(Sections);

    private List<Unit> TypeUnits => _typeUnits ??= ReadUnits(SectionKind.TypeEntries);

    public AbbreviationTable AbbreviationsAt(ulong offset)
    {
        if (!_abbreviations.TryGetValue(offset, out var table))
        {
            if (_abbreviations.Count == MaxTables)
            {
                _abbreviations.Clear();
            }

            var section = Sections[SectionKind.Abbreviations];
            table = AbbreviationTable.Read(section, (int)Math.Min(offset, (ulong)section.Length));
            _abbreviations.Add(offset, table);
        }

        return table;
    }

    /// <summary>The unit that holds an offset of <c>.debug_info</c>, or null.</summary>
    public Unit? UnitAt(ulong offset) => UnitAt(Units, offset);

    /// <summary>The offset in the section of an entry of the same unit; null when the value refers to none.</summary>
    public static int? OffsetOf(Unit unit, AttributeValue value)
    {
        if (value.Form is not (Form.Reference1 or Form.Reference2 or Form.Reference4 or Form.Reference8 or Form.ReferenceUnsigned))
        {
            return null;
        }

        return value.Number < (ulong)(unit.End - unit.Offset) ? unit.Offset + (int)value.Number : null;
    }

    /// <summary>The entry that a value refers to; null when it refers to none.</summary>
    public Entry? Follow(Unit unit, AttributeValue value)
    {
        switch (value.Form)
        {
            case Form.ReferenceAddress:
                return EntryAt(value.Number);
            case Form.GnuReferenceSupplement or Form.ReferenceSupplement4 or Form.ReferenceSupplement8:
                return Supplement?.EntryAt(value.Number);
            case Form.ReferenceSignature:
                return UnitOfSignature(value.Number) is { } type && type.TypeAt < (ulong)(type.End - type.Offset)
                    ? Entry.TryRead(type, type.Offset + (int)type.TypeAt)
                    : null;
            default:
                return OffsetOf(unit, value) is { } offset ? Entry.TryRead(unit, offset) : null;
        }
    }

    /// <summary>The entry at an offset of <c>.debug_info</c>; null when there is none.</summary>
    public Entry? EntryAt(ulong offset) => UnitAt(offset) is { } unit ? Entry.TryRead(unit, (int)offset) : null;

    private Unit? UnitOfSignature(ulong signature)
    {
        if (_bySignature is null)
        {
            _bySignature = [];
            foreach (var unit in Units.Concat(TypeUnits))
            {
                if (unit.Kind is UnitKind.Type or UnitKind.SplitType)
                {
                    _bySignature.TryAdd(unit.Signature, unit);
                }
            }
        }

        return _bySignature.GetValueOrDefault(signature);
    }

    private static Unit? UnitAt(IReadOnlyList<Unit> units, ulong offset)
    {
        var (low, high) = (0, units.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if ((ulong)units[middle].End <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < units.Count && (ulong)units[low].Offset <= offset ? units[low] : null;
    }

    private List<Unit> ReadUnits(SectionKind section)
    {
        var units = new List<Unit>();
        var cursor = new Cursor(Sections[section]);
        while (!cursor.IsAtEnd && units.Count < MaxUnits && Unit.TryRead(ref cursor, this, section) is { } unit)
        {
            units.Add(unit);
        }

        return units;
    }
}
