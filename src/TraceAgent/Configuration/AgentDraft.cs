using System.Net;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Events.Outputs;
using TraceAgent.Rules;

namespace TraceAgent.Configuration;

/// <summary>The part of the agent configuration that has been read so far.</summary>
internal sealed class AgentDraft(string baseDirectory, Func<string, string?> environment)
{
    public string BaseDirectory => baseDirectory;

    public Func<string, string?> Environment => environment;

    public string? Rules { get; set; }

    public List<OutputConfiguration> Outputs { get; } = [];

    public RuleDefaults Defaults { get; set; } = new();

    public string? Socket { get; set; } = AgentConfiguration.DefaultSocket;

    /// <summary>The folder for state; null when the file does not say, <see cref="AgentConfiguration.NoState"/> for none.</summary>
    public string? State { get; set; }

    public IPEndPoint? MetricsListen { get; set; }

    public string? MetricsTextfile { get; set; }

    public WaitPolicy WaitForPages { get; set; } = WaitPolicy.Trusted;

    public TimeSpan Flush { get; set; } = AgentConfiguration.DefaultFlush;

    public List<string> DebugFolders { get; } = [];

    public Uri? DebugServer { get; set; }

    public string DebugCache { get; set; } = DebugInfoKeys.DefaultCache;

    public List<string> Allow { get; } = [];

    public List<string> Deny { get; } = [];
}

/// <summary>One entry of <c>outputs:</c>.</summary>
internal sealed class OutputDraft(AgentDraft agent)
{
    public AgentDraft Agent => agent;

    public string? Name { get; set; }

    public string? Path { get; set; }

    public Uri? Endpoint { get; set; }

    public bool Grpc { get; set; }

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    public OutputFormat? Format { get; set; }

    public bool Rolls { get; set; }

    public long? Size { get; set; }

    public RollInterval? Every { get; set; }

    public int? Keep { get; set; }

    public OutputConfiguration? Output { get; set; }
}
