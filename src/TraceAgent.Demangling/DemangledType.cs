namespace TraceAgent.Demangling;

/// <summary>The C++ text of a type, in two halves: what a declarator adds stands between them (<c>int (*</c>, <c>)(char)</c>).</summary>
/// <param name="Left">The text before the place of a name.</param>
/// <param name="Right">The text after it.</param>
/// <param name="Shape">The shape, which decides what a pointer to it needs.</param>
/// <param name="Pack">The elements of a parameter pack; null for a single type.</param>
internal sealed record DemangledType(
    string Left, string Right = "", TypeForm Shape = TypeForm.Plain, IReadOnlyList<DemangledType>? Pack = null)
{
    public string Text => Pack is null ? Left + Right : string.Join(", ", Pack.Select(element => element.Text));

    /// <summary>The text of a pointer or reference to the type.</summary>
    public DemangledType With(string mark)
    {
        if (Shape is TypeForm.LvalueReference or TypeForm.RvalueReference && mark.StartsWith('&'))
        {
            // A reference to a reference is the weaker of both.
            return Shape == TypeForm.RvalueReference && mark == "&"
                ? new DemangledType(Left[..^2] + "&", Right, TypeForm.LvalueReference)
                : this;
        }

        var shape = mark switch { "&" => TypeForm.LvalueReference, "&&" => TypeForm.RvalueReference, _ => TypeForm.Plain };
        return Shape switch
        {
            TypeForm.Function => new DemangledType($"{Left}({mark}", $"){Right}", shape),
            TypeForm.Array => new DemangledType($"{Left} ({mark}", $"){Right}", shape),
            _ => new DemangledType(Left + mark, Right, shape),
        };
    }

    /// <summary>The text with <c>const</c> or <c>volatile</c> after it.</summary>
    public DemangledType Qualified(string qualifiers) =>
        Shape == TypeForm.Function ? this with { Right = Right + qualifiers } : this with { Left = Left + qualifiers };
}

internal enum TypeForm
{
    Plain,
    LvalueReference,
    RvalueReference,

    /// <summary>A function: pointers to it need brackets.</summary>
    Function,

    /// <inheritdoc cref="Function"/>
    Array,
}
