using TraceAgent.Capture.Variables;

namespace TraceAgent.Rules.Types;

/// <summary>The types of a program as expressions take them.</summary>
internal static class ShapeTypes
{
    // Pointers to pointers, and arrays of arrays.
    private const int MaxDepth = 8;

    /// <summary>The type at an index of a table.</summary>
    public static StaticType Of(TypeTable types, int index) => Of(types, index, 0) ?? new StaticType.Unknown("");

    private static StaticType? Of(TypeTable types, int index, int depth) => types.At(index) switch
    {
        _ when depth > MaxDepth => null,
        TypeShape.Integer { Size: 1 or 2 or 4 or 8 } integer => new StaticType.Integer((int)integer.Size, integer.Signed),
        TypeShape.Bool { Size: 1 } => StaticType.Boolean,
        TypeShape.Character { Size: 1 } => new StaticType.Character(),
        TypeShape.Character { Size: 2 or 4 } unit => new StaticType.Integer((int)unit.Size, Signed: false) { IsUnit = true },
        TypeShape.Float { Size: 4 or 8 } number => new StaticType.Float((int)number.Size),
        TypeShape.Enumeration { Size: 1 or 2 or 4 or 8 } names =>
            new StaticType.Integer((int)names.Size, names.Signed)
            {
                Names = [.. names.Names.Select(one => new KeyValuePair<long, string>(Narrow(one.Key, names.Size), one.Value))],
            },
        TypeShape.Pointer pointer when types.IsFunctionPointer(pointer) => new StaticType.Pointer(null) { Functions = types.Functions },
        TypeShape.Pointer { Target: { } target } pointer =>
            new StaticType.Pointer(Of(types, target, depth + 1)) { IsReference = pointer.IsReference },
        TypeShape.Pointer => new StaticType.Pointer(null),
        TypeShape.Array { Count: > 0 and var count } array when Of(types, array.Element, depth + 1) is { } element =>
            new StaticType.Pointer(element) { Count = count },
        TypeShape.Structure structure => new StaticType.Structure(types, structure),
        { Name: var name } => new StaticType.Unknown(name),
    };

    /// <summary>The number as values of this size are widened to be looked up: with the sign.</summary>
    private static long Narrow(long number, long size)
    {
        var unused = 64 - (8 * (int)size);
        return number << unused >> unused;
    }
}
