using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Sections;

namespace TraceAgent.Dwarf.Lines;

/// <summary>The header of a line program: its files, and how its instructions are written. DWARF 5, section 6.2.4.</summary>
internal sealed class LineHeader
{
    // A unit of Chromium names some 5,000 files.
    private const int MaxFiles = 1 << 17;
    private const int MaxFormats = 16;

    private const ulong Path = 1;
    private const ulong FolderIndex = 2;

    private readonly Unit _unit;
    private readonly List<AttributeValue> _folders = [];
    private readonly List<SourceFile> _files = [];

    private LineHeader(Unit unit) => _unit = unit;

    public UnitFormat Format { get; private set; }

    /// <summary>Bytes that each step of an address counts.</summary>
    public byte MinimumInstruction { get; private set; }

    public bool IsStatementAtStart { get; private set; }

    public sbyte LineBase { get; private set; }

    /// <summary>The number of lines that a special instruction chooses from; at least 1.</summary>
    public byte LineRange { get; private set; }

    public byte OpcodeBase { get; private set; }

    /// <summary>The number of operands of each standard instruction, from the first on.</summary>
    public byte[] OperandCounts { get; private set; } = [];

    /// <summary>Bytes from the start of the section to the first instruction.</summary>
    public int Start { get; private set; }

    /// <summary>Bytes from the start of the section to what is after the last instruction.</summary>
    public int End { get; private set; }

    /// <summary>The number of the first file: 1 before version 5.</summary>
    public ulong FirstFile => Format.Version >= 5 ? 0UL : 1;

    public IReadOnlyList<SourceFile> Files => _files;

    public ReadOnlySpan<byte> Section => _unit.Owner.Sections[SectionKind.Lines];

    /// <summary>Reads the header that a unit refers to; null when there is none that can be understood.</summary>
    public static LineHeader? TryRead(Unit unit)
    {
        var section = unit.Owner.Sections[SectionKind.Lines];
        if (unit.Root?.SectionOffset(AttributeName.StatementList) is not { } offset || offset >= (ulong)section.Length)
        {
            return null;
        }

        var header = new LineHeader(unit);
        var cursor = new Cursor(section, (int)offset);
        return header.Read(ref cursor) ? header : null;
    }

    /// <summary>The name of a file as the program names it; empty when there is none.</summary>
    public ReadOnlySpan<byte> NameOf(SourceFile file) => TextOf(file.Name);

    /// <summary>The path of a file with its folders, in front of which the unit's own stands when it is relative.</summary>
    /// <param name="index">The number that rows and entries have.</param>
    public string? PathOf(ulong index) => index - FirstFile < (ulong)_files.Count ? PathOf(_files[(int)(index - FirstFile)]) : null;

    public string PathOf(SourceFile file)
    {
        var name = TextOf(file.Name);
        var folder = (Format.Version, file.Folder) is ( < 5, 0)
            ? []
            : FolderAt(Format.Version < 5 ? file.Folder - 1 : file.Folder);

        // From version 5 on the first folder is the unit's own.
        var isUnits = Format.Version >= 5 && file.Folder == 0;
        return SourcePath.Join(
            !isUnits && _unit.Root is { } root ? root.Text(AttributeName.CompilationFolder) : [], folder, name);
    }

    private ReadOnlySpan<byte> FolderAt(ulong index) => index < (ulong)_folders.Count ? TextOf(_folders[(int)index]) : [];

    private ReadOnlySpan<byte> TextOf(AttributeValue value) =>
        value.Form == Form.String ? Section.Slice(value.Position, (int)value.Number) : _unit.Bases.TextOf(value);

    private bool Read(ref Cursor cursor)
    {
        ulong length = cursor.UInt32();
        var is64 = length == uint.MaxValue;
        if (is64)
        {
            length = cursor.UInt64();
        }

        if (length > (ulong)cursor.Left)
        {
            return false;
        }

        End = cursor.Position + (int)length;
        var version = cursor.UInt16();
        if (version is < 2 or > 5)
        {
            return false;
        }

        var addressSize = version >= 5 ? cursor.Byte() : _unit.AddressSize;
        var selectorSize = version >= 5 ? cursor.Byte() : 0;
        Format = new UnitFormat(version, is64, addressSize);
        var toStart = cursor.Offset(is64);
        if (toStart > (ulong)(Section.Length - cursor.Position) || addressSize is not (4 or 8) || selectorSize != 0)
        {
            return false;
        }

        Start = cursor.Position + (int)toStart;
        MinimumInstruction = cursor.Byte();
        if (version >= 4)
        {
            // maximum_operations_per_instruction, which is 1 but for VLIW processors.
            cursor.Byte();
        }

        IsStatementAtStart = cursor.Byte() != 0;
        LineBase = (sbyte)cursor.Byte();
        LineRange = cursor.Byte();
        OpcodeBase = cursor.Byte();
        OperandCounts = cursor.Bytes((ulong)Math.Max(OpcodeBase - 1, 0)).ToArray();
        if (cursor.HasFailed || LineRange == 0 || OpcodeBase == 0 || Start > End)
        {
            return false;
        }

        return version < 5 ? ReadNames(ref cursor) : ReadFormatted(ref cursor, isFiles: false) && ReadFormatted(ref cursor, isFiles: true);
    }

    private bool ReadNames(ref Cursor cursor)
    {
        while (ReadName(ref cursor) is { } folder)
        {
            _folders.Add(folder);
        }

        while (ReadName(ref cursor) is { } name)
        {
            _files.Add(new SourceFile(name, cursor.Unsigned()));

            // The time of change, and the length in bytes.
            cursor.Unsigned();
            cursor.Unsigned();
        }

        return !cursor.HasFailed;
    }

    private AttributeValue? ReadName(ref Cursor cursor)
    {
        var position = cursor.Position;
        var length = cursor.Text().Length;
        return length == 0 || _files.Count + _folders.Count >= MaxFiles ? null : new AttributeValue(Form.String, (ulong)length, position);
    }

    private bool ReadFormatted(ref Cursor cursor, bool isFiles)
    {
        var formats = new (ulong Content, AttributeSpec Spec)[Math.Min(cursor.Byte(), (byte)MaxFormats)];
        foreach (ref var format in formats.AsSpan())
        {
            format = (cursor.Unsigned(), new AttributeSpec(default, (Form)cursor.Unsigned(), 0));
        }

        var count = cursor.Unsigned();

        // An entry has at least one byte; otherwise a count could ask for 2^64 entries.
        for (ulong i = 0; i < count; i++)
        {
            var before = cursor.Position;
            AttributeValue name = default;
            ulong folder = 0;
            foreach (ref readonly var format in formats.AsSpan())
            {
                var value = AttributeValue.Read(ref cursor, format.Spec, Format);
                name = format.Content == Path ? value : name;
                folder = format.Content == FolderIndex ? value.Number : folder;
            }

            if (cursor.HasFailed || cursor.Position == before || _files.Count + _folders.Count >= MaxFiles)
            {
                return false;
            }

            if (isFiles)
            {
                _files.Add(new SourceFile(name, folder));
            }
            else
            {
                _folders.Add(name);
            }
        }

        return true;
    }
}
