using TraceAgent.Capture.Values;

namespace TraceAgent.Capture.Variables;

/// <summary>The types that variables have, and those that they are made of.</summary>
/// <param name="Shapes">The types, by the index under which others name them.</param>
public sealed record TypeTable(EquatableArray<TypeShape> Shapes)
{
    public static TypeTable Empty { get; } = new([]);

    /// <summary>The names by which pointers to functions are shown; null where they are addresses.</summary>
    public FunctionNames? Functions { get; init; }

    /// <summary>True when one of the types is a pointer to a function.</summary>
    public bool HasFunctions => Shapes.Any(IsFunctionPointer);

    /// <summary>True for a pointer to a function.</summary>
    public bool IsFunctionPointer(TypeShape shape) => shape is TypeShape.Pointer { Target: { } target } && At(target) is TypeShape.Function;

    /// <summary>The type at an index; one of which nothing is known when there is none.</summary>
    public TypeShape At(int index) => index >= 0 && index < Shapes.Count ? Shapes[index] : new TypeShape.Opaque("", 0);
}
