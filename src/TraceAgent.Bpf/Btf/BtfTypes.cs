using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Btf;

/// <summary>The kind of a type; the numbers are those of BTF.</summary>
internal enum BtfKind
{
    Void = 0,
    Int = 1,
    Pointer = 2,
    Array = 3,
    Struct = 4,
    Union = 5,
    Enum = 6,
    Forward = 7,
    Typedef = 8,
    Volatile = 9,
    Const = 10,
    Restrict = 11,
    Function = 12,
    Prototype = 13,
    Variable = 14,
    Section = 15,
    Float = 16,
    DeclarationTag = 17,
    TypeTag = 18,
    Enum64 = 19,
}

/// <summary><c>struct btf_type</c>.</summary>
/// <param name="Name">Offset of its name; 0 for none.</param>
/// <param name="Information">The kind and the count.</param>
/// <param name="SizeOrType">Bytes, or the number of another type.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BtfType(uint Name, uint Information, uint SizeOrType)
{
    public BtfKind Kind => (BtfKind)((Information >> 24) & 0x1f);

    /// <summary>The number of members, parameters or values.</summary>
    public int Count => (int)(Information & 0xffff);

    /// <summary>True when the offsets of members have the width of bit fields above them.</summary>
    public bool HasBitFields => Information >> 31 != 0;

    public bool IsComposite => Kind is BtfKind.Struct or BtfKind.Union;
}

/// <summary><c>struct btf_member</c>.</summary>
/// <param name="Name">Offset of its name; 0 for none.</param>
/// <param name="Type">Number of its type.</param>
/// <param name="Offset">The offset in bits, with the width above it when <see cref="BtfType.HasBitFields"/>.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BtfMember(uint Name, uint Type, uint Offset);

/// <summary>The types of a piece of BTF (Linux, Documentation/bpf/btf.rst), by their numbers.</summary>
internal sealed unsafe class BtfTypes
{
    private const int MaxTypes = 1 << 20;

    /// <summary>Types from one whose place is kept to the next: few are looked up, and a kernel has a hundred thousand.</summary>
    private const int Stride = 16;

    // Bytes that follow a type, and bytes for each of what it counts; the index is the kind.
    private static readonly (byte Fixed, byte Each)[] Sizes =
    [
        (0, 0), (4, 0), (0, 0), (12, 0), (0, 12), (0, 12), (0, 8), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 8), (4, 0), (0, 12),
        (0, 0), (4, 0), (0, 0), (0, 12),
    ];

    private readonly byte* _types;
    private readonly List<int> _places = [];
    private readonly List<int> _wanted = [];

    /// <summary>Walks through all types once.</summary>
    /// <param name="types">The section of types, which must stay.</param>
    /// <param name="length">The length in bytes.</param>
    /// <param name="names">The names, which must stay.</param>
    /// <param name="wanted">The names of structures, unions and functions that will be asked for.</param>
    /// <exception cref="InvalidDataException">There is a kind that we do not know, or the section ends in a type.</exception>
    public BtfTypes(byte* types, int length, BtfNames names, IReadOnlySet<string> wanted)
    {
        _types = types;
        Names = names;
        var search = new BtfNameSearch(names, wanted);
        for (var at = 0; at < length; Count++)
        {
            if (length - at < sizeof(BtfType) || Count > MaxTypes)
            {
                throw new InvalidDataException("BTF ends in a type, or is too large");
            }

            if (Count % Stride == 0)
            {
                _places.Add(at);
            }

            var type = (BtfType*)(types + at);
            if (type->Name != 0 && (type->IsComposite || type->Kind == BtfKind.Function) && search.IsWanted(type->Name))
            {
                _wanted.Add(Count + 1);
            }

            var size = SizeOf(type);
            at = size <= length - at ? at + size : throw new InvalidDataException("BTF ends in a type");
        }
    }

    public BtfNames Names { get; }

    /// <summary>The number of types. Their IDs begin with 1; 0 is <c>void</c>.</summary>
    public int Count { get; }

    public BtfType this[int number] => number > 0 && number <= Count ? *At(number) : default;

    public ReadOnlySpan<BtfMember> MembersOf(int number) => this[number] is { IsComposite: true } type
        ? new ReadOnlySpan<BtfMember>(At(number) + 1, type.Count)
        : default;

    /// <summary>The type of an array's elements, and the number of elements.</summary>
    public (int Element, uint Count) ArrayAt(int number)
    {
        // struct btf_array (include/uapi/linux/btf.h): type, index_type, nelems.
        var array = (uint*)(At(number) + 1);
        return ((int)array[0], array[2]);
    }

    /// <summary>The IDs of structures and unions with this name, which must be among those that are wanted.</summary>
    public IEnumerable<int> Composites(string name) => Wanted(name).Where(number => this[number].IsComposite);

    /// <summary>The IDs of functions with this name, which must be among those that are wanted.</summary>
    public IEnumerable<int> Functions(string name) => Wanted(name).Where(number => this[number].Kind == BtfKind.Function);

    /// <summary>
    /// The type of a member and its distance in bits; members without a name are looked into. Null when there is none, or it is
    /// a bit field.
    /// </summary>
    /// <param name="structure">The structure's ID.</param>
    /// <param name="name">The member's name.</param>
    public (int Type, uint Bits)? FindMember(int structure, string name) => FindMember(structure, name, 0, 0);

    /// <summary>The type without names (typedef), <c>const</c> and the like.</summary>
    public int Resolve(int number)
    {
        // A limit, because the types of a hostile file may form a circle; real chains have a handful.
        for (var step = 0; step < 32; step++)
        {
            if (this[number].Kind is not (BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag))
            {
                return number;
            }

            number = (int)this[number].SizeOrType;
        }

        return 0;
    }

    private IEnumerable<int> Wanted(string name) => _wanted.Where(number => Names.Is(this[number].Name, name));

    private (int Type, uint Bits)? FindMember(int structure, string name, uint bits, int depth)
    {
        const int deepest = 8;
        var hasBitFields = this[structure].HasBitFields;
        foreach (var member in MembersOf(structure))
        {
            var at = bits + (hasBitFields ? member.Offset & 0xff_ffff : member.Offset);
            var type = Resolve((int)member.Type);
            if (Names.Is(member.Name, name) && !(hasBitFields && member.Offset >> 24 != 0))
            {
                return (type, at);
            }

            if (member.Name == 0 && depth < deepest && this[type].IsComposite && FindMember(type, name, at, depth + 1) is { } inner)
            {
                return inner;
            }
        }

        return null;
    }

    private BtfType* At(int number)
    {
        var type = (BtfType*)(_types + _places[(number - 1) / Stride]);
        for (var left = (number - 1) % Stride; left > 0; left--)
        {
            type = Next(type);
        }

        return type;
    }

    private static BtfType* Next(BtfType* type) => (BtfType*)((byte*)type + SizeOf(type));

    private static int SizeOf(BtfType* type)
    {
        var kind = (int)type->Kind;
        if (kind == 0 || kind >= Sizes.Length)
        {
            throw new InvalidDataException($"BTF of kind {kind}");
        }

        var (alone, each) = Sizes[kind];
        return sizeof(BtfType) + alone + (each * type->Count);
    }
}
