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
    // Unions within structures within unions; base classes of base classes. A damaged file may have circles of them.
    private const int MaxDepth = 16;
    private const int MaxMembers = 1 << 16;
    private const int MaxNames = 1000;

    /// <summary>Bytes that hold the bit field.</summary>
    public int StorageSize => (Shift + Bits) switch
    {
        <= 8 => 1,
        <= 16 => 2,
        <= 32 => 4,
        _ => 8,
    };

    /// <summary>Finds the member of a name; null when there is none.</summary>
    public static FoundMember? Of(StaticType.Structure structure, string name)
    {
        var left = MaxMembers;
        return Find(structure, name, (0, 0), ref left);
    }

    /// <summary>The names of all members.</summary>
    public static IReadOnlyList<string> NamesOf(StaticType.Structure structure)
    {
        var names = new List<string>();
        var left = MaxMembers;
        AddNames(structure, names, 0, ref left);
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

    private static FoundMember? Find(StaticType.Structure structure, string name, (long Offset, int Depth) at, ref int left)
    {
        var types = structure.Types;
        foreach (var member in structure.Shape.Members)
        {
            left--;
            if (member.Name == name)
            {
                return new FoundMember(at.Offset + member.Offset, ShapeTypes.Of(types, member.Type), member.Bits, member.Shift);
            }
        }

        foreach (var member in structure.Shape.Members)
        {
            if (member.Name.Length == 0 && at.Depth < MaxDepth && left > 0 && types.At(member.Type) is TypeShape.Structure inner
                && Find(new StaticType.Structure(types, inner), name, (at.Offset + member.Offset, at.Depth + 1), ref left) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static void AddNames(StaticType.Structure structure, List<string> names, int depth, ref int left)
    {
        var types = structure.Types;
        foreach (var member in structure.Shape.Members)
        {
            if (names.Count >= MaxNames || left-- <= 0)
            {
                return;
            }

            if (member.Name.Length > 0)
            {
                names.Add(member.Name);
            }
            else if (depth < MaxDepth && types.At(member.Type) is TypeShape.Structure inner)
            {
                AddNames(new StaticType.Structure(types, inner), names, depth + 1, ref left);
            }
        }
    }
}
