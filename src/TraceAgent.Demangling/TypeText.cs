namespace TraceAgent.Demangling;

/// <summary>The C++ text of a type, in two halves: what a declarator adds stands between them (<c>int (*</c>, <c>)(char)</c>).</summary>
/// <param name="Left">The text before the place of a name.</param>
/// <param name="Right">The text behind it.</param>
/// <param name="Shape">The shape, which decides what a pointer to it needs.</param>
/// <param name="Pack">The elements of a parameter pack; null for a single type.</param>
internal sealed record TypeText(string Left, string Right = "", TypeShape Shape = TypeShape.Plain, IReadOnlyList<TypeText>? Pack = null)
{
    public string Text => Pack is null ? Left + Right : string.Join(", ", Pack.Select(element => element.Text));

    /// <summary>The text of a pointer or reference to the type.</summary>
    public TypeText With(string mark)
    {
        if (Shape is TypeShape.LvalueReference or TypeShape.RvalueReference && mark.StartsWith('&'))
        {
            // A reference to a reference is the weaker of both.
            return Shape == TypeShape.RvalueReference && mark == "&"
                ? new TypeText(Left[..^2] + "&", Right, TypeShape.LvalueReference)
                : this;
        }

        var shape = mark switch { "&" => TypeShape.LvalueReference, "&&" => TypeShape.RvalueReference, _ => TypeShape.Plain };
        return Shape switch
        {
            TypeShape.Function => new TypeText($"{Left}({mark}", $"){Right}", shape),
            TypeShape.Array => new TypeText($"{Left} ({mark}", $"){Right}", shape),
            _ => new TypeText(Left + mark, Right, shape),
        };
    }

    /// <summary>The text with <c>const</c> or <c>volatile</c> behind it.</summary>
    public TypeText Qualified(string qualifiers) =>
        Shape == TypeShape.Function ? this with { Right = Right + qualifiers } : this with { Left = Left + qualifiers };
}

internal enum TypeShape
{
    Plain,
    LvalueReference,
    RvalueReference,

    /// <summary>A function: pointers to it need brackets.</summary>
    Function,

    /// <inheritdoc cref="Function"/>
    Array,
}
