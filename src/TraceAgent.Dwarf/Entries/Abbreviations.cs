using TraceAgent.Dwarf.Bytes;

namespace TraceAgent.Dwarf.Entries;

/// <summary>The attributes that entries of one abbreviation code have, and how they are written. DWARF 5, section 7.5.3.</summary>
internal sealed record Abbreviation(Tag Tag, bool HasChildren, AttributeSpec[] Attributes);

/// <param name="Name">The attribute.</param>
/// <param name="Form">The form.</param>
/// <param name="Constant">The value for <see cref="Entries.Form.ImplicitConstant"/>.</param>
internal readonly record struct AttributeSpec(AttributeName Name, Form Form, long Constant);

/// <summary>The abbreviations of a unit.</summary>
internal sealed class AbbreviationTable
{
    // The largest tables of real programs have some thousand abbreviations.
    private const int MaxAttributes = 1 << 18;

    // Compilers count codes from 1 up.
    private readonly List<Abbreviation> _inOrder = [];
    private readonly Dictionary<ulong, Abbreviation> _others = [];

    /// <summary>Reads the table at an offset, as far as it can be understood.</summary>
    public static AbbreviationTable Read(ReadOnlySpan<byte> section, int offset)
    {
        var table = new AbbreviationTable();
        var cursor = new Cursor(section, offset);
        var attributes = new List<AttributeSpec>();
        for (var total = 0; total < MaxAttributes && cursor.Unsigned() is > 0 and var code; total += attributes.Count + 1)
        {
            var tag = cursor.Unsigned();
            var hasChildren = cursor.Byte() != 0;
            attributes.Clear();
            while (attributes.Count < MaxAttributes)
            {
                var name = cursor.Unsigned();
                var form = cursor.Unsigned();
                var constant = form == (ulong)Form.ImplicitConstant ? cursor.Signed() : 0;
                if (form == 0)
                {
                    break;
                }

                attributes.Add(new AttributeSpec((AttributeName)Narrow(name), (Form)Narrow(form), constant));
            }

            if (cursor.HasFailed)
            {
                break;
            }

            table.Add(code, new Abbreviation((Tag)Narrow(tag), hasChildren, [.. attributes]));
        }

        return table;
    }

    public Abbreviation? Find(ulong code) => code - 1 < (ulong)_inOrder.Count ? _inOrder[(int)(code - 1)] : _others.GetValueOrDefault(code);

    private static ushort Narrow(ulong value) => value <= ushort.MaxValue ? (ushort)value : (ushort)0xffff;

    private void Add(ulong code, Abbreviation abbreviation)
    {
        if (code == (ulong)_inOrder.Count + 1)
        {
            _inOrder.Add(abbreviation);
        }
        else
        {
            _others.TryAdd(code, abbreviation);
        }
    }
}
