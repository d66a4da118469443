using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Types;

/// <summary>A member of a structure, in it or in a part of it without a name of its own.</summary>
/// <param name="Offset">Bytes from the start of the structure.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="Bits">The length of a bit field in bits; 0 for a whole value.</param>
/// <param name="Shift">Bits below the bit field.</param>
internal sealed record FoundMember(long Offset, StaticType Type, int Bits, int Shift)
{
    // Unions within structures within unions; base classes of base classes.
    private const int MaxDepth = 16;

    /// <summary>Bytes that hold the bit field.</summary>
    public int StorageSize => (Shift + Bits) switch
    {
        <= 8 => 1,
        <= 16 => 2,
        <= 32 => 4,
        _ => 8,
    };

    /// <summary>Finds the member of a name; null when there is none.</summary>
    public static FoundMember? Of(StaticType.Structure structure, string name) => Find(structure.Types, structure.Shape, name, 0, 0);

    /// <summary>The names of all members.</summary>
    public static IReadOnlyList<string> NamesOf(StaticType.Structure structure)
    {
        var names = new List<string>();
        AddNames(structure.Types, structure.Shape, names, 0);
        return names;
    }

    /// <summary>Reads the bytes that hold the bit field.</summary>
    public Term StorageAt(Term address) => new Term.Load(address, StorageSize, Signed: false);

    /// <summary>The value of the bit field in the bytes that hold it.</summary>
    public Term BitsOf(Term storage)
    {
        var top = new Term.Binary(BinaryOperator.ShiftLeft, storage, new Term.Number(64 - Shift - Bits));
        var value = new Term.Binary(
            Type.IsSigned ? BinaryOperator.ShiftRightArithmetic : BinaryOperator.ShiftRight, top, new Term.Number(64 - Bits));
        return Type is StaticType.Bool ? new Term.Binary(BinaryOperator.NotEqual, value, new Term.Number(0)) : value;
    }

    private static FoundMember? Find(TypeTable types, TypeShape.Structure shape, string name, long offset, int depth)
    {
        foreach (var member in shape.Members)
        {
            if (member.Name == name)
            {
                return new FoundMember(offset + member.Offset, ShapeTypes.Of(types, member.Type), member.Bits, member.Shift);
            }
        }

        foreach (var member in shape.Members.Where(member => member.Name.Length == 0 && depth < MaxDepth))
        {
            if (types.At(member.Type) is TypeShape.Structure inner
                && Find(types, inner, name, offset + member.Offset, depth + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static void AddNames(TypeTable types, TypeShape.Structure shape, List<string> names, int depth)
    {
        foreach (var member in shape.Members)
        {
            if (member.Name.Length > 0)
            {
                names.Add(member.Name);
            }
            else if (depth < MaxDepth && types.At(member.Type) is TypeShape.Structure inner)
            {
                AddNames(types, inner, names, depth + 1);
            }
        }
    }
}
