using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Entries;

/// <summary>The value of an attribute as it is written; what it means takes the unit. DWARF 5, section 7.5.5.</summary>
/// <param name="Form">The form, never <see cref="Form.Indirect"/>.</param>
/// <param name="Number">The number, or the length of a block.</param>
/// <param name="Position">The start of a block or an inline text, in bytes from the start of the section.</param>
internal readonly record struct AttributeValue(Form Form, ulong Number, int Position)
{
    public bool IsBlock => Form is Form.Block or Form.Block1 or Form.Block2 or Form.Block4 or Form.Expression or Form.Data16;

    public bool IsConstant => Form is Form.Data1 or Form.Data2 or Form.Data4 or Form.Data8 or Form.SignedData or Form.UnsignedData
        or Form.ImplicitConstant;

    public bool IsAddress => Form is Form.Address || IsAddressIndex;

    public bool IsAddressIndex => Form is Form.AddressIndex or Form.AddressIndex1 or Form.AddressIndex2 or Form.AddressIndex3
        or Form.AddressIndex4 or Form.GnuAddressIndex;

    public bool IsStringIndex => Form is Form.StringIndex or Form.StringIndex1 or Form.StringIndex2 or Form.StringIndex3
        or Form.StringIndex4 or Form.GnuStringIndex;

    /// <summary>True for an offset in another section: before version 4 a plain number of 4 or 8 bytes.</summary>
    public bool IsSectionOffset => Form is Form.SectionOffset or Form.Data4 or Form.Data8;

    /// <summary>A constant with the sign that its form gives it, or that its width has.</summary>
    public long Signed => Form switch
    {
        Form.Data1 => (sbyte)Number,
        Form.Data2 => (short)Number,
        Form.Data4 => (int)Number,
        _ => (long)Number,
    };

    public bool IsSet => Form == Form.FlagPresent || Number != 0;

    /// <summary>Reads the value at the cursor; a form that is not known makes the cursor fail.</summary>
    public static AttributeValue Read(ref Cursor cursor, in AttributeSpec spec, UnitFormat format)
    {
        var form = spec.Form;
        while (form == Form.Indirect && !cursor.HasFailed)
        {
            form = cursor.Unsigned() is <= ushort.MaxValue and var inner ? (Form)inner : 0;
        }

        var position = cursor.Position;
        switch (form)
        {
            case Form.Address:
                return new(form, cursor.Fixed(format.AddressSize), position);
            case Form.Block1:
                return Block(ref cursor, form, cursor.Byte());
            case Form.Block2:
                return Block(ref cursor, form, cursor.UInt16());
            case Form.Block4:
                return Block(ref cursor, form, cursor.UInt32());
            case Form.Block or Form.Expression:
                return Block(ref cursor, form, cursor.Unsigned());
            case Form.Data16:
                return Block(ref cursor, form, 16);
            case Form.String:
                return new(form, (ulong)cursor.Text().Length, position);
            case Form.FlagPresent:
                return new(form, 1, position);
            case Form.ImplicitConstant:
                return new(form, (ulong)spec.Constant, position);
            case Form.SignedData:
                return new(form, (ulong)cursor.Signed(), position);
            case Form.UnsignedData or Form.ReferenceUnsigned or Form.StringIndex or Form.AddressIndex or Form.LocationListIndex
                or Form.RangeListIndex or Form.GnuAddressIndex or Form.GnuStringIndex:
                return new(form, cursor.Unsigned(), position);
            case Form.StringOffset or Form.SectionOffset or Form.SupplementStringOffset or Form.LineStringOffset
                or Form.GnuReferenceSupplement or Form.GnuSupplementStringOffset:
                return new(form, cursor.Offset(format.Is64), position);
            case Form.ReferenceAddress:
                return new(form, format.Version == 2 ? cursor.Fixed(format.AddressSize) : cursor.Offset(format.Is64), position);
            default:
                var size = FixedSize(form);
                cursor.Skip(size == 0 ? ulong.MaxValue : 0);
                return new(form, cursor.Fixed(size), position);
        }
    }

    private static AttributeValue Block(ref Cursor cursor, Form form, ulong length)
    {
        var position = cursor.Position;
        cursor.Skip(length);
        return new(form, cursor.HasFailed ? 0 : length, cursor.HasFailed ? 0 : position);
    }

    /// <summary>Bytes of the forms that have always the same; 0 for one that is not known.</summary>
    private static int FixedSize(Form form) => form switch
    {
        Form.Data1 or Form.Flag or Form.Reference1 or Form.StringIndex1 or Form.AddressIndex1 => 1,
        Form.Data2 or Form.Reference2 or Form.StringIndex2 or Form.AddressIndex2 => 2,
        Form.StringIndex3 or Form.AddressIndex3 => 3,
        Form.Data4 or Form.Reference4 or Form.ReferenceSupplement4 or Form.StringIndex4 or Form.AddressIndex4 => 4,
        Form.Data8 or Form.Reference8 or Form.ReferenceSignature or Form.ReferenceSupplement8 => 8,
        _ => 0,
    };
}
