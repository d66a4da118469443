using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Entries;

/// <summary>One entry (DIE). Its attributes are read when they are asked for.</summary>
internal readonly struct Entry
{
    // Three references lead from a call to its inlined function and on to the declaration in a class.
    private const int MaxHops = 16;

    private readonly Abbreviation _abbreviation;
    private readonly int _attributes;

    private Entry(Unit unit, int offset, Abbreviation abbreviation, int attributes) =>
        (Unit, Offset, _abbreviation, _attributes) = (unit, offset, abbreviation, attributes);

    public Unit Unit { get; }

    /// <summary>Bytes from the start of the section.</summary>
    public int Offset { get; }

    public Tag Tag => _abbreviation.Tag;

    public bool HasChildren => _abbreviation.HasChildren;

    /// <summary>Reads the entry at an offset of the section; null for the end of a list, and for what is none.</summary>
    public static Entry? TryRead(Unit unit, int offset)
    {
        if (offset < unit.FirstEntry || offset >= unit.End)
        {
            return null;
        }

        var cursor = new Cursor(unit.Bytes, offset);
        return cursor.Unsigned() is > 0 and var code && !cursor.HasFailed && unit.Abbreviations.Find(code) is { } abbreviation
            ? new Entry(unit, offset, abbreviation, cursor.Position)
            : null;
    }

    public bool Has(AttributeName name)
    {
        foreach (ref readonly var spec in _abbreviation.Attributes.AsSpan())
        {
            if (spec.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The value of an attribute; null when the entry has none or is damaged.</summary>
    public AttributeValue? Find(AttributeName name)
    {
        if (!Has(name))
        {
            return null;
        }

        var cursor = new Cursor(Unit.Bytes, _attributes);
        foreach (ref readonly var spec in _abbreviation.Attributes.AsSpan())
        {
            var value = AttributeValue.Read(ref cursor, spec, Unit.Format);
            if (spec.Name == name)
            {
                return cursor.HasFailed ? null : value;
            }
        }

        return null;
    }

    /// <summary>Bytes from the start of the section to what is after the attributes; the end of the unit when they are damaged.</summary>
    public int EndOfAttributes()
    {
        var cursor = new Cursor(Unit.Bytes, _attributes);
        foreach (ref readonly var spec in _abbreviation.Attributes.AsSpan())
        {
            AttributeValue.Read(ref cursor, spec, Unit.Format);
        }

        return cursor.Position;
    }

    public ulong? Unsigned(AttributeName name) => Find(name) is { IsConstant: true } value ? value.Number : null;

    public ulong? Address(AttributeName name) => Find(name) is { IsAddress: true } value ? Unit.Bases.AddressOf(value) : null;

    public bool IsSet(AttributeName name) => Find(name) is { } value && value.IsSet;

    /// <summary>The offset in another section; null when the attribute is absent or no offset.</summary>
    public ulong? SectionOffset(AttributeName name) => Find(name) is { IsSectionOffset: true } value ? value.Number : null;

    public ReadOnlySpan<byte> Text(AttributeName name) => Find(name) is { } value ? Unit.Bases.TextOf(value) : [];

    /// <summary>The bytes of an expression or a block; empty when the attribute is something else.</summary>
    public ReadOnlySpan<byte> Block(AttributeName name) =>
        Find(name) is { IsBlock: true } value ? Unit.Bytes.Slice(value.Position, (int)value.Number) : [];

    /// <summary>The entry that an attribute refers to, in whatever unit or file; null when there is none.</summary>
    public Entry? Reference(AttributeName name) => Find(name) is { } value ? Unit.Owner.Follow(Unit, value) : null;

    /// <summary>This entry or what it is made from: the first that has the attribute.</summary>
    public Entry? WithInherited(AttributeName name)
    {
        Entry? entry = this;
        for (var hops = 0; hops < MaxHops && entry is { } at; hops++)
        {
            if (at.Has(name))
            {
                return at;
            }

            entry = at.Reference(AttributeName.AbstractOrigin) ?? at.Reference(AttributeName.Specification);
        }

        return null;
    }

    /// <summary>The name, its own or that of what it is made from; empty when there is none.</summary>
    public ReadOnlySpan<byte> Name() => WithInherited(AttributeName.Name) is { } entry ? entry.Text(AttributeName.Name) : [];
}
