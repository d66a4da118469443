using TraceAgent.Rules.Types;
using TraceAgent.Yaml;

namespace TraceAgent.Rules.Keys;

/// <summary>A computed value as it was written.</summary>
/// <param name="Spec">The type; null when the expression decides.</param>
/// <param name="TypeSource">The text that the positions in <paramref name="Spec"/> count in.</param>
internal sealed record DraftCapture(string Name, YamlScalar Expression, TypeSpec? Spec, YamlScalar? TypeSource);

/// <summary>The draft of <c>{value: …, type: …}</c>.</summary>
internal sealed class CaptureDraft
{
    public YamlScalar? Expression { get; set; }

    public (TypeSpec Spec, YamlScalar? Source)? Type { get; set; }
}
