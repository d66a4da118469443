using TraceAgent.Capture.Abi;

namespace TraceAgent.Rules.Types;

/// <summary>A C prototype: what a function takes and returns.</summary>
/// <param name="Return">The return type; null for <c>void</c>.</param>
/// <param name="Parameters">The parameters in order.</param>
internal sealed record Prototype(TypeSpec? Return, IReadOnlyList<PrototypeParameter> Parameters)
{
    /// <summary>The kind of call: on an object, as a member of a class, or not.</summary>
    public ObjectArgument Object { get; init; }

    /// <summary>The place where it leaves its result.</summary>
    public ResultPlace Result { get; init; }

    /// <summary>The type of the result, as it was written, when it is only known to be a class.</summary>
    public string ResultClass { get; init; } = "";

    /// <summary>The scope of its name: <c>shop::Cart</c>; empty for none.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The start of the function's name, in UTF-16 units from the start of the text.</summary>
    public int NameStart { get; init; }

    public int NameEnd { get; init; }
}

/// <param name="Name">The name; null when the prototype gives none.</param>
/// <param name="Start">The start of the name, in UTF-16 units from the start of the text.</param>
internal sealed record PrototypeParameter(string? Name, TypeSpec Spec, int Start, int Length);
