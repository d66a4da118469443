using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Entries;

/// <summary>A unit: entries that belong together, as those of one source file. DWARF 5, section 7.5.1.</summary>
internal sealed class Unit
{
    private UnitBases? _bases;
    private AbbreviationTable? _abbreviations;

    private Unit(DebugEntries owner, SectionKind section) => (Owner, Section) = (owner, section);

    public DebugEntries Owner { get; }

    /// <summary><see cref="SectionKind.Entries"/>, or <see cref="SectionKind.TypeEntries"/> of version 4.</summary>
    public SectionKind Section { get; }

    /// <summary>Bytes from the start of the section to the header.</summary>
    public required int Offset { get; init; }

    /// <summary>Bytes from the start of the section to what is after the unit.</summary>
    public required int End { get; init; }

    /// <summary>Bytes from the start of the section to the root entry.</summary>
    public required int FirstEntry { get; init; }

    public required UnitFormat Format { get; init; }

    public ushort Version => Format.Version;

    public bool Is64 => Format.Is64;

    public int AddressSize => Format.AddressSize;

    public required UnitKind Kind { get; init; }

    public required ulong AbbreviationsAt { get; init; }

    /// <summary>The number by which others refer to a type unit.</summary>
    public required ulong Signature { get; init; }

    /// <summary>Bytes from the start of a type unit to the entry of the type.</summary>
    public required ulong TypeAt { get; init; }

    /// <summary>The number that a skeleton of version 5 and its unit have in common; 0 for others.</summary>
    public required ulong SplitNumber { get; init; }

    /// <summary>The start of its part of other sections, in a package of units.</summary>
    public required Contribution Contribution { get; init; }

    /// <summary>The unit of the linked file that has the addresses of this one; null for one that has its own.</summary>
    public Unit? Skeleton { get; set; }

    public ReadOnlySpan<byte> Bytes => Owner.Sections[Section][..End];

    public AbbreviationTable Abbreviations => _abbreviations ??= Owner.AbbreviationsAt(AbbreviationsAt);

    public UnitBases Bases => _bases ??= UnitBases.Read(this);

    public Entry? Root => Entry.TryRead(this, FirstEntry);

    /// <summary>Forgets what was read of the unit, so that a question over many does not hold all.</summary>
    public void Release() => (_bases, _abbreviations) = (null, null);

    /// <summary>Reads the header at the cursor, and moves after the unit; null when it is damaged, and the cursor has failed.</summary>
    public static Unit? TryRead(ref Cursor cursor, DebugEntries owner, SectionKind section)
    {
        var offset = cursor.Position;
        ulong length = cursor.UInt32();
        var is64 = length == uint.MaxValue;
        if (is64)
        {
            length = cursor.UInt64();
        }

        if (length > (ulong)cursor.Left)
        {
            cursor.Skip(ulong.MaxValue);
            return null;
        }

        var end = cursor.Position + (int)length;
        var version = cursor.UInt16();
        var isOlder = version < 5;
        var kind = isOlder ? KindOf(section) : (UnitKind)cursor.Byte();
        var addressSize = isOlder ? 0 : cursor.Byte();
        var abbreviations = cursor.Offset(is64);
        if (isOlder)
        {
            addressSize = cursor.Byte();
        }

        var splitNumber = kind is UnitKind.Skeleton or UnitKind.SplitCompile ? cursor.UInt64() : 0;
        var hasType = kind is UnitKind.Type or UnitKind.SplitType;
        var signature = hasType ? cursor.UInt64() : 0;
        var typeAt = hasType ? cursor.Offset(is64) : 0;
        var first = cursor.Position;
        if (cursor.HasFailed || first > end)
        {
            cursor.Skip(ulong.MaxValue);
            return null;
        }

        cursor.Skip((ulong)(end - first));
        var contribution = owner.Sections.IsSplit ? owner.Package.Of(section, offset) : Contribution.None;
        return new Unit(owner, section)
        {
            Offset = offset,
            End = version is >= 2 and <= 5 && addressSize is 4 or 8 ? end : first,
            FirstEntry = first,
            Format = new UnitFormat(version, is64, addressSize),
            Kind = kind,
            AbbreviationsAt = abbreviations + contribution.Abbreviations,
            SplitNumber = splitNumber,
            Contribution = contribution,
            Signature = signature,
            TypeAt = typeAt,
        };
    }

    private static UnitKind KindOf(SectionKind section) =>
        section == SectionKind.TypeEntries ? UnitKind.Type : UnitKind.Compile;
}
