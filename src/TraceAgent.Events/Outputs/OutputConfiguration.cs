using TraceAgent.Capture;

namespace TraceAgent.Events.Outputs;

/// <summary>The format in which an event is written.</summary>
public enum OutputFormat
{
    /// <summary>CLEF: one JSON object a line, message rendered.</summary>
    Clef,

    /// <summary>CLEF with template and properties, as Serilog.Formatting.Compact writes it.</summary>
    ClefTemplate,

    /// <summary>JSON with the names of the Elastic Common Schema.</summary>
    Ecs,

    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>Lines of one rule for the person who waits for them: for <c>traceagent trace</c>, not for configurations.</summary>
    Trace,
}

/// <summary>The time after which a file is followed by a new one.</summary>
public enum RollInterval
{
    Infinite,
    Day,
    Hour,
}

/// <summary>The conditions under which a file is followed by a new one, and how many stay.</summary>
/// <param name="Size">Bytes after which a new file begins; null for no limit.</param>
/// <param name="Every">The time after which a new file begins, whatever the size.</param>
/// <param name="Keep">Files that stay, the current one included; null for all.</param>
public sealed record RollPolicy(long? Size, RollInterval Every, int? Keep);

/// <summary>The destination of events.</summary>
public abstract record OutputConfiguration
{
    private OutputConfiguration()
    {
    }

    /// <summary>The name that rules use; null when they cannot.</summary>
    public string? Name { get; init; }

    /// <summary>The target: a path, an address, or <c>standard output</c>. No two outputs have the same.</summary>
    public abstract string Target { get; }

    /// <param name="Path">The path; with a <paramref name="Roll"/>, date and number are put before the extension.</param>
    /// <param name="Roll">The conditions to begin a new file; null to append to exactly this file.</param>
    /// <param name="Format">The format of each line.</param>
    public sealed record File(string Path, RollPolicy? Roll, OutputFormat Format) : OutputConfiguration
    {
        public override string Target => Path;
    }

    /// <summary>Standard output.</summary>
    public sealed record Console(OutputFormat Format) : OutputConfiguration
    {
        public const string StandardOutput = "standard output";

        public override string Target => StandardOutput;
    }

    /// <summary>A receiver of OpenTelemetry's logs (OTLP).</summary>
    /// <param name="Endpoint">Absolute, http or https.</param>
    /// <param name="Grpc">gRPC, or else protobuf by HTTP.</param>
    /// <param name="Headers">The headers of every request.</param>
    public sealed record Otlp(Uri Endpoint, bool Grpc, EquatableArray<KeyValuePair<string, string>> Headers) : OutputConfiguration
    {
        public override string Target => Endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
    }
}
