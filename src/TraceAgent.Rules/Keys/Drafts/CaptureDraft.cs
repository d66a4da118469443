using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys.Drafts;

/// <summary>A computed value whose expression has not been parsed.</summary>
/// <param name="Spec">The type; null when the expression decides.</param>
/// <param name="TypeSource">The text that the positions in <paramref name="Spec"/> count in.</param>
internal sealed record UnparsedCapture(string Name, YamlScalar Expression, TypeSpec? Spec, YamlScalar? TypeSource)
{
    /// <summary>The place that says that it is read when the function returns; null when none does.</summary>
    public SourceSpan? AtReturn { get; init; }
}

/// <summary>The draft of <c>{value: …, type: …}</c>.</summary>
internal sealed class CaptureDraft
{
    public YamlScalar? Expression { get; set; }

    public (TypeSpec Spec, YamlScalar? Source)? Type { get; set; }

    public SourceSpan? AtReturn { get; set; }
}
