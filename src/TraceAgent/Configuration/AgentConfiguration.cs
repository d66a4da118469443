using System.Net;
using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Configuration;

/// <summary>What the agent configuration says.</summary>
/// <param name="Rules">Absolute path of a folder or a file.</param>
/// <param name="Outputs">At least one.</param>
internal sealed record AgentConfiguration(string Rules, EquatableArray<OutputConfiguration> Outputs)
{
    public const string DefaultRules = "/etc/traceagent/rules.d";
    public const string DefaultSocket = "/run/traceagent/traceagent.sock";

    /// <summary>What holds for rules that do not say otherwise.</summary>
    public RuleDefaults Defaults { get; init; } = new();

    /// <summary>Absolute path of the socket that answers <c>traceagent status</c>; null for none.</summary>
    public string? Socket { get; init; } = DefaultSocket;

    public MetricsConfiguration Metrics { get; init; } = new(null, null);

    /// <summary>What rules may call outputs.</summary>
    public static IReadOnlyList<string> NamesOf(EquatableArray<OutputConfiguration> outputs) => [.. outputs.Select(output => output.Name).OfType<string>()];

    /// <summary>What holds without a file.</summary>
    public static AgentConfiguration Default { get; } = new(DefaultRules, [new OutputConfiguration.Console(OutputFormat.Clef)]);
}

/// <summary>How the agent's own numbers are published for Prometheus.</summary>
/// <param name="Listen">A loopback address and port that serve them by HTTP; null for none.</param>
/// <param name="Textfile">A file for node-exporter's textfile collector; null for none.</param>
internal sealed record MetricsConfiguration(IPEndPoint? Listen, string? Textfile);

/// <summary>A read agent configuration.</summary>
/// <param name="Value">Null when there is an error.</param>
/// <param name="Diagnostics">In the order of the file.</param>
/// <param name="Source">To show the lines of the diagnostics.</param>
internal sealed record AgentConfigurationFile(AgentConfiguration? Value, EquatableArray<Diagnostic> Diagnostics, SourceText Source)
{
    public const string DefaultPath = "/etc/traceagent/agent.yaml";

    /// <param name="path">Null for the default path, which need not exist.</param>
    public static AgentConfigurationFile Load(string? path)
    {
        if (path is null && !File.Exists(DefaultPath))
        {
            return new AgentConfigurationFile(AgentConfiguration.Default, [], new SourceText(DefaultPath, ""));
        }

        path ??= DefaultPath;
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
            return AgentConfigurationReader.Read(path, folder, File.ReadAllBytes(path), Environment.GetEnvironmentVariable);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            var unreadable = Diagnostic.Error(DiagnosticCode.Unreadable, new SourceSpan(path, 1, 1, 1), $"cannot read the file: {refusal.Message}");
            return new AgentConfigurationFile(null, [unreadable], new SourceText(path, ""));
        }
    }
}
