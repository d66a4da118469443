using TraceAgent.Capture;
using TraceAgent.Capture.Values;

namespace TraceAgent.Rules.Templates;

/// <summary>A value that a message can name, and how it can be written.</summary>
/// <param name="Name">The value's own name, also when an alias found it.</param>
/// <param name="Form">The form, which decides its formats.</param>
internal sealed record EventName(string Name, ValueForm Form);

/// <summary>A value that a rule captures.</summary>
internal sealed record NamedValue(string Name, CaptureType Type)
{
    /// <summary>The other name of the value; null when it has none.</summary>
    public string? Alias { get; init; }

    /// <summary>The names from a structure to the value; empty for a value that is no member.</summary>
    public EquatableArray<string> Path { get; init; }

    /// <summary>The value's own name, or that of the structure that it is in.</summary>
    public string Whole => Path.Count > 1 ? Path[0] : Name;
}
