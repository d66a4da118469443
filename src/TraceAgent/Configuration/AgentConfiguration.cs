using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Configuration;

/// <summary>What the agent configuration says.</summary>
/// <param name="Rules">Absolute path of a folder or a file.</param>
/// <param name="Outputs">At least one.</param>
internal sealed record AgentConfiguration(string Rules, EquatableArray<OutputConfiguration> Outputs)
{
    public const string DefaultRules = "/etc/traceagent/rules.d";

    /// <summary>What holds without a file.</summary>
    public static AgentConfiguration Default { get; } = new(DefaultRules, [new OutputConfiguration.Console(OutputFormat.Clef)]);
}

/// <summary>A read agent configuration.</summary>
/// <param name="Value">Null when there is an error.</param>
/// <param name="Diagnostics">In the order of the file.</param>
/// <param name="Source">To show the lines of the diagnostics.</param>
internal sealed record AgentConfigurationFile(AgentConfiguration? Value, EquatableArray<Diagnostic> Diagnostics, SourceText Source);
