using System.Text;
using TraceAgent.Bpf.Interop;

namespace TraceAgent.Bpf.Btf;

/// <summary>
/// The part of the kernel's types that the programs of one object read. libbpf, which finds the offsets of fields by it, would
/// otherwise take all of them into memory, twice, at a cost of 11 MB and most of its time.
/// </summary>
internal sealed unsafe class ReducedTypes
{
    private readonly BtfTypes _asked;
    private readonly KernelTypes _kernel;
    private readonly nint _made;
    private readonly Dictionary<(int Asked, int Found), int> _copies = [];
    private readonly Dictionary<uint, int> _integers = [];
    private int _pointer;

    private ReducedTypes(BtfTypes asked, KernelTypes kernel, nint made) => (_asked, _kernel, _made) = (asked, kernel, made);

    /// <summary>The types as libbpf reads them, in a file in memory.</summary>
    /// <param name="bpfObject">The object, opened by libbpf.</param>
    /// <returns>Null when it cannot be made; libbpf must see for itself.</returns>
    public static MemoryFile? Of(nint bpfObject)
    {
        uint size = 0;
        var raw = LibBpf.ObjectTypes(bpfObject) is not 0 and var types ? (byte*)LibBpf.TypesRaw(types, &size) : null;
        if (raw == null || size < sizeof(BtfHeader) || !((BtfHeader*)raw)->IsValid)
        {
            return null;
        }

        var made = LibBpf.TypesNew();
        try
        {
            return made == 0 ? null : Make(raw, made);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            LibBpf.TypesFree(made);
        }
    }

    private static MemoryFile? Make(byte* raw, nint made)
    {
        var header = (BtfHeader*)raw;
        var names = new BtfNames(raw + header->StringsAt, header->StringsLength);
        var asked = new BtfTypes(raw + header->TypesAt, header->TypesLength, names, new HashSet<string>());
        var structures = Enumerable.Range(1, asked.Count).Where(number => asked[number] is { IsComposite: true, Name: not 0 })
            .ToLookup(number => NameOf(asked, asked[number].Name));
        using var kernel = KernelTypes.Read(structures.Select(same => same.Key).ToHashSet());
        var types = new ReducedTypes(asked, kernel, made);
        foreach (var same in structures)
        {
            foreach (var number in kernel.Types.Composites(same.Key))
            {
                foreach (var one in same.Where(one => asked[one].Kind == kernel.Types[number].Kind))
                {
                    types.Copy(one, number);
                }
            }
        }

        return types._copies.Count == 0 ? null : Store(made);
    }

    /// <summary>Copies a structure, with those members of the one that the other has as well, and returns its ID.</summary>
    private int Copy(int asked, int found)
    {
        if (_copies.TryGetValue((asked, found), out var known))
        {
            return known;
        }

        // libbpf adds members to the type that was added last, so the types of members are added before the structure.
        var members = new List<(string Name, int Type, uint Bits)>();
        foreach (var member in _asked.MembersOf(asked))
        {
            if (member.Name != 0 && NameOf(_asked, member.Name) is var name
                && _kernel.Types.FindMember(found, name) is var (type, bits)
                && TypeOf(_asked.Resolve((int)member.Type), type) is { } copy)
            {
                members.Add((name, copy, bits));
            }
        }

        var size = _kernel.Types[found].SizeOrType;
        var label = _asked[asked].Name == 0 ? null : NameOf(_asked, _asked[asked].Name);
        var made = Added(_kernel.Types[found].Kind == BtfKind.Struct
            ? LibBpf.TypesAddStruct(_made, label, size)
            : LibBpf.TypesAddUnion(_made, label, size));
        foreach (var (name, type, bits) in members)
        {
            _ = Added(LibBpf.TypesAddField(_made, name, type, bits, 0), mayBeZero: true);
        }

        return _copies[(asked, found)] = made;
    }

    /// <summary>The ID of a type's copy; null for what our programs do not read.</summary>
    private int? TypeOf(int asked, int found) => _kernel.Types[found] switch
    {
        { Kind: BtfKind.Int, SizeOrType: var size } => _integers.TryGetValue(size, out var known)
            ? known
            : _integers[size] = Added(LibBpf.TypesAddInteger(_made, $"int{size}", size, 0)),
        { Kind: BtfKind.Pointer } => _pointer != 0 ? _pointer : _pointer = Added(LibBpf.TypesAddPointer(_made, 0)),
        { Kind: BtfKind.Array } when _asked[asked].Kind == BtfKind.Array => ArrayOf(asked, found),
        { IsComposite: true } when _asked[asked].IsComposite => Copy(asked, found),
        _ => null,
    };

    private int? ArrayOf(int asked, int found)
    {
        var (element, count) = _kernel.Types.ArrayAt(found);
        return TypeOf(_asked.Resolve(_asked.ArrayAt(asked).Element), _kernel.Types.Resolve(element)) is { } type
            ? Added(LibBpf.TypesAddArray(_made, type, type, count))
            : null;
    }

    private static string NameOf(BtfTypes types, uint offset) => Encoding.UTF8.GetString(types.Names[offset]);

    private static int Added(int result, bool mayBeZero = false) =>
        result > 0 || (mayBeZero && result == 0) ? result : throw new InvalidDataException($"libbpf takes no such type: {-result}");

    private static MemoryFile? Store(nint made)
    {
        uint size = 0;
        var raw = LibBpf.TypesRaw(made, &size);
        return raw == null ? null : MemoryFile.TryCreate("traceagent-types", new ReadOnlySpan<byte>(raw, (int)size));
    }
}
