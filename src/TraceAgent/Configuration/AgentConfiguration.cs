using System.Net;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Trust;
using TraceAgent.Events.Outputs;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Configuration;

/// <summary>The content of the agent configuration.</summary>
/// <param name="Rules">Absolute path of a folder or a file.</param>
/// <param name="Outputs">The outputs, at least one.</param>
internal sealed record AgentConfiguration(string Rules, EquatableArray<OutputConfiguration> Outputs)
{
    public const string DefaultRules = "/etc/traceagent/rules.d";
    public const string DefaultSocket = "/run/traceagent/traceagent.sock";
    public const string NoState = "none";

    public static readonly TimeSpan DefaultFlush = TimeSpan.FromMilliseconds(25);

    /// <summary>The defaults for rules that do not say otherwise.</summary>
    public RuleDefaults Defaults { get; init; } = new();

    /// <summary>Absolute path of the socket that answers <c>traceagent status</c>; null for none.</summary>
    public string? Socket { get; init; } = DefaultSocket;

    /// <summary>
    /// Absolute path of the folder for the record that a run leaves for the next one; null for the one that systemd gives,
    /// <see cref="NoState"/> for none.
    /// </summary>
    public string? State { get; init; }

    public MetricsConfiguration Metrics { get; init; } = new(null, null);

    /// <summary>The binaries that rules may probe.</summary>
    public BinaryLists Binaries { get; init; } = new([], []);

    /// <summary>The processes whose pages programs wait for.</summary>
    public WaitPolicy WaitForPages { get; init; } = WaitPolicy.Trusted;

    /// <summary>The folders with separate debug information.</summary>
    public DebugFolders DebugFolders { get; init; } = DebugFolders.Default;

    /// <summary>The server that is asked for debug information, and the folder that keeps what it sent; null for none.</summary>
    public (Uri Address, string Cache)? DebugServer { get; init; }

    /// <summary>The time between two writes while events come; 0 to 1 s.</summary>
    public TimeSpan Flush { get; init; } = DefaultFlush;

    /// <summary>The same without what belongs to the service: its outputs, metrics and state.</summary>
    public AgentConfiguration WithoutServices => this with
    {
        Outputs = Default.Outputs,
        Metrics = Default.Metrics,
        State = NoState,
    };

    /// <summary>The names of outputs that rules may use.</summary>
    public static IReadOnlyList<string> NamesOf(EquatableArray<OutputConfiguration> outputs) =>
        [.. outputs.Select(output => output.Name).OfType<string>()];

    /// <summary>The configuration that applies without a file.</summary>
    public static AgentConfiguration Default { get; } = new(DefaultRules, [new OutputConfiguration.Console(OutputFormat.Clef)]);
}

/// <summary>The ways in which the agent's own metrics are published for Prometheus.</summary>
/// <param name="Listen">A loopback address and port that serve them by HTTP; null for none.</param>
/// <param name="Textfile">A file for node-exporter's textfile collector; null for none.</param>
internal sealed record MetricsConfiguration(IPEndPoint? Listen, string? Textfile);

/// <summary>A read agent configuration.</summary>
/// <param name="Value">The configuration; null when there is an error.</param>
/// <param name="Diagnostics">The diagnostics in the order of the file.</param>
/// <param name="Source">The text, to show the lines of the diagnostics.</param>
internal sealed record AgentConfigurationFile(AgentConfiguration? Value, EquatableArray<Diagnostic> Diagnostics, SourceText Source)
{
    public const string DefaultPath = "/etc/traceagent/agent.yaml";

    /// <summary>The number of bytes that are read: more than the maximum that the reader takes, which reports it.</summary>
    private const int ReadLimit = (1 << 20) + 1;

    /// <param name="path">The path; null for the default path, which need not exist.</param>
    /// <param name="trust">Decides whether it is trusted; null to trust any file.</param>
    public static AgentConfigurationFile Load(string? path, PathTrust? trust = null)
    {
        if (path is null && !File.Exists(DefaultPath))
        {
            return new AgentConfigurationFile(AgentConfiguration.Default, [], new SourceText(DefaultPath, ""));
        }

        path ??= DefaultPath;
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
            using var opened = InputFile.Open(path);
            var untrusted = trust?.Check(path, opened.Handle);
            var bytes = new byte[ReadLimit];
            var length = opened.Read(bytes);
            var file = AgentConfigurationReader.Read(path, folder, bytes.AsSpan(0, length), Environment.GetEnvironmentVariable);
            return untrusted is null
                ? file
                : file with
                { Value = untrusted.Severity == Severity.Error ? null : file.Value, Diagnostics = [untrusted, .. file.Diagnostics] };
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            var unreadable = Diagnostic.Error(
                DiagnosticCode.Unreadable, new SourceSpan(path, 1, 1, 1), $"cannot read the file: {IoFailure.Describe(refusal)}");
            return new AgentConfigurationFile(null, [unreadable], new SourceText(path, ""));
        }
    }
}
