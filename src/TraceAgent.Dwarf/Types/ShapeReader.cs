using System.Text;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Types;

/// <summary>
/// Reads types, and the types that they are made of, as far as a path of members can lead from a variable. DWARF 5, chapter 5.
/// What a hostile file makes endless ends at the limits: hops from a type to the next, types, and members in all.
/// </summary>
/// <param name="hops">The number of steps from a variable's type to types that it leads to.</param>
internal sealed class ShapeReader(int hops)
{
    /// <summary>The maximum number of types of an answer.</summary>
    public const int MaxShapes = 1 << 13;

    /// <summary>The maximum number of members of all structures, and of names of all enumerations, of an answer.</summary>
    public const int MaxMembers = 1 << 16;

    private const int MaxQualifiers = 32;
    private const int MaxName = 256;

    private readonly List<TypeShape?> _shapes = [];
    private readonly Dictionary<(DebugEntries Owner, int Offset), int> _known = [];
    private readonly PriorityQueue<(Entry Type, int Index, int Hops), int> _waiting = new();
    private readonly Dictionary<(DebugEntries Owner, int Offset), (Entry Type, int Index, int Hops)> _declared = [];
    private int _members;

    /// <summary>True when a type or a member was left out because there are more than an answer may have.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The index of the type of a variable, parameter or function; null for none, which is C's <c>void</c>.</summary>
    public int? Of(Entry entry) => IndexOf(TypeOf(entry), hops);

    /// <summary>The structures that are only declared where they are used, and of which members are wanted.</summary>
    public IReadOnlyCollection<Entry> Declared => [.. _declared.Values.Select(one => one.Type)];

    /// <summary>The index of a type itself.</summary>
    public int? OfType(Entry type) => IndexOf(type, hops);

    /// <summary>Gives a declared structure its definition, which is read by <see cref="Read"/>.</summary>
    public void Define(Entry declared, Entry definition)
    {
        if (_declared.Remove((declared.Unit.Owner, declared.Offset), out var one))
        {
            _waiting.Enqueue((definition, one.Index, one.Hops), -one.Hops);
        }
    }

    /// <summary>The types in the order of their indexes.</summary>
    public TypeTable Read()
    {
        while (_waiting.TryDequeue(out var next, out _))
        {
            _shapes[next.Index] = Shape(next.Type, next.Hops);
            if (next.Hops > 0 && next.Type.IsSet(AttributeName.Declaration) && !next.Type.Name().IsEmpty)
            {
                _declared.TryAdd((next.Type.Unit.Owner, next.Type.Offset), next);
            }
        }

        return new TypeTable([.. _shapes.Select(shape => shape ?? new TypeShape.Opaque("", 0))]);
    }

    /// <summary>The type that an entry names, or what it is made from; null for none.</summary>
    public static Entry? TypeOf(Entry entry) => entry.WithInherited(AttributeName.Type)?.Reference(AttributeName.Type);

    /// <summary>The index of a type, which is read later, those that are nearest to a variable first.</summary>
    private int? IndexOf(Entry? entry, int left)
    {
        if (Unqualified(entry) is not { } type)
        {
            return null;
        }

        if (_known.TryGetValue((type.Unit.Owner, type.Offset), out var known))
        {
            return known;
        }

        if (_shapes.Count >= MaxShapes)
        {
            IsCut = true;
            return Add(null);
        }

        var index = Add(null);
        _known.Add((type.Unit.Owner, type.Offset), index);
        _waiting.Enqueue((type, index, left), -left);
        return index;
    }

    private int Add(TypeShape? shape)
    {
        // Types above the limit share the last shape, of which nothing is known.
        if (_shapes.Count > MaxShapes)
        {
            return MaxShapes;
        }

        _shapes.Add(shape);
        return _shapes.Count - 1;
    }

    /// <summary>The type without its names and qualifiers; of a declaration with a signature, its definition. Null for none.</summary>
    public static Entry? Unqualified(Entry? entry)
    {
        for (var i = 0; i < MaxQualifiers && entry is { } type; i++)
        {
            if (type.Tag is Tag.Typedef or Tag.ConstType or Tag.VolatileType or Tag.RestrictType or Tag.AtomicType)
            {
                entry = type.Reference(AttributeName.Type);
            }
            else if (type.IsSet(AttributeName.Declaration) && type.Reference(AttributeName.Signature) is { } definition)
            {
                entry = definition;
            }
            else
            {
                return type;
            }
        }

        return null;
    }

    private TypeShape Shape(Entry type, int left)
    {
        var name = NameOf(type);
        var size = (long)Math.Min(type.Unsigned(AttributeName.ByteSize) ?? 0, int.MaxValue);
        return type.Tag switch
        {
            Tag.BaseType => Base(type, name, size),
            Tag.EnumerationType => Enumeration(type, name, size),
            Tag.PointerType or Tag.ReferenceType or Tag.RvalueReferenceType => new TypeShape.Pointer(
                name, size == 0 ? type.Unit.AddressSize : size, left > 0 ? IndexOf(TypeOf(type), left - 1) : null,
                type.Tag != Tag.PointerType),
            Tag.ArrayType => Array(type, name, left),
            Tag.StructureType or Tag.ClassType or Tag.UnionType => Structure(type, name, size, left),
            Tag.SubroutineType => new TypeShape.Function(name),
            _ => new TypeShape.Opaque(name, size),
        };
    }

    /// <summary>DWARF 5, section 7.8: what the bytes of a base type mean.</summary>
    private static TypeShape Base(Entry type, string name, long size) => (type.Unsigned(AttributeName.Encoding), size) switch
    {
        (0x02, _) => new TypeShape.Bool(name, size),
        (0x04, 4 or 8) => new TypeShape.Float(name, size),

        // Only the name tells a character from a small number.
        (0x06 or 0x08, 1) when name is "char" or "u8" or "char8_t" => name == "u8"
            ? new TypeShape.Integer(name, size, Signed: false)
            : new TypeShape.Character(name, size),
        (0x10, 1 or 2 or 4) => new TypeShape.Character(name, size),
        (0x05 or 0x06 or 0x0d, 1 or 2 or 4 or 8) => new TypeShape.Integer(name, size, Signed: true),
        (0x01 or 0x07 or 0x08, 1 or 2 or 4 or 8) => new TypeShape.Integer(name, size, Signed: false),
        _ => new TypeShape.Opaque(name, size),
    };

    private TypeShape.Enumeration Enumeration(Entry type, string name, long size)
    {
        var isSigned = TypeOf(type) is { } under && Unqualified(under)?.Unsigned(AttributeName.Encoding) is 0x05 or 0x06 or 0x0d;
        var names = new List<KeyValuePair<long, string>>();
        var walk = new EntryWalk(type);
        while (walk.MoveNext() && HasRoom())
        {
            if (walk.Current.Tag == Tag.Enumerator && walk.Current.Find(AttributeName.ConstantValue) is { IsConstant: true } value)
            {
                names.Add(new(isSigned || value.Form == Form.SignedData ? value.Signed : (long)value.Number, OwnName(walk.Current)));
            }

            walk.SkipChildren();
        }

        return new TypeShape.Enumeration(name, size, isSigned || names.Exists(one => one.Key < 0), [.. names]);
    }

    private TypeShape Array(Entry type, string name, int left)
    {
        var counts = new List<long?>();
        var walk = new EntryWalk(type);
        while (walk.MoveNext() && HasRoom())
        {
            if (walk.Current.Tag == Tag.Subrange)
            {
                var count = walk.Current.Unsigned(AttributeName.Count) ?? walk.Current.Unsigned(AttributeName.UpperBound) + 1;
                counts.Add(count < int.MaxValue ? (long)count : null);
            }

            walk.SkipChildren();
        }

        if (IndexOf(TypeOf(type), left) is not { } element)
        {
            return new TypeShape.Opaque(name, 0);
        }

        // An array of arrays is one entry with several counts, the outermost first.
        var size = TypeSize.Of(TypeOf(type));
        for (var i = counts.Count - 1; i > 0 && _shapes.Count < MaxShapes; i--)
        {
            size = TypeSize.Times(size, counts[i]);
            element = Add(new TypeShape.Array(name, size, element, counts[i]));
        }

        var first = counts.Count > 0 ? counts[0] : null;
        return new TypeShape.Array(name, TypeSize.Times(size, first), element, first);
    }

    private TypeShape.Structure Structure(Entry type, string name, long size, int left)
    {
        var members = new List<StructureMember>();
        var why = type.IsSet(AttributeName.Declaration) ? "only its declaration was found" : null;
        var walk = new EntryWalk(type);
        while (left > 0 && walk.MoveNext())
        {
            if (walk.Current.Tag is Tag.Member or Tag.Inheritance && !walk.Current.IsSet(AttributeName.Declaration))
            {
                if (!HasRoom())
                {
                    why = "there are more types than are read at once";
                    break;
                }

                if (Member(walk.Current, left) is { } member)
                {
                    members.Add(member);
                }
                else
                {
                    why ??= "some members have no fixed place";
                }
            }
            else if (walk.Current.Tag == Tag.VariantPart)
            {
                why ??= "variants are not read";
            }

            walk.SkipChildren();
        }

        return new TypeShape.Structure(name, size, type.Tag == Tag.UnionType, [.. members])
        {
            WhyIncomplete = why ?? (left > 0 ? null : "it is farther from the variable than is read"),
        };
    }

    private StructureMember? Member(Entry member, int left)
    {
        // What a part without a name has counts as the structure's own.
        var name = member.Tag == Tag.Inheritance ? "" : OwnName(member);
        if (MemberPlace.Of(member) is not { } place || IndexOf(TypeOf(member), name.Length == 0 ? left : left - 1) is not { } type)
        {
            return null;
        }

        return new StructureMember(name, type, place.Offset) { Bits = place.Bits, Shift = place.Shift };
    }

    private bool HasRoom()
    {
        IsCut |= _members >= MaxMembers;
        return _members++ < MaxMembers;
    }

    private static string OwnName(Entry entry)
    {
        var name = entry.Text(AttributeName.Name);
        return Encoding.UTF8.GetString(name.Length > MaxName ? name[..MaxName] : name);
    }

    private static string NameOf(Entry type) => TypeName.OfType(type);
}
