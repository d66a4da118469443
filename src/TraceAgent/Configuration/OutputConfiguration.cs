namespace TraceAgent.Configuration;

/// <summary>How an event is written.</summary>
internal enum OutputFormat
{
    /// <summary>One JSON object a line, message rendered.</summary>
    Clef,

    /// <summary>CLEF with template and properties, as Serilog.Formatting.Compact writes it.</summary>
    ClefTemplate,

    /// <summary>For people.</summary>
    Text,

    /// <summary>For the person who waits for the lines of one rule: of <c>traceagent trace</c>, not for configurations.</summary>
    Trace,
}

/// <summary>How often a file is followed by a new one.</summary>
internal enum RollInterval
{
    Infinite,
    Day,
    Hour,
}

/// <summary>When a file is followed by a new one, and how many stay.</summary>
/// <param name="Size">Bytes after which a new file begins; null for no limit.</param>
/// <param name="Every">Also after this time.</param>
/// <param name="Keep">Files that stay, the current one included; null for all.</param>
internal sealed record RollPolicy(long? Size, RollInterval Every, int? Keep);

/// <summary>Where events go.</summary>
internal abstract record OutputConfiguration
{
    private OutputConfiguration(OutputFormat format) => Format = format;

    public OutputFormat Format { get; }

    /// <param name="Path">With a <paramref name="Roll"/>, date and number are put before the extension.</param>
    /// <param name="Roll">Null to append to exactly this file.</param>
    /// <param name="Format">Of each line.</param>
    internal sealed record File(string Path, RollPolicy? Roll, OutputFormat Format) : OutputConfiguration(Format);

    /// <summary>Standard output.</summary>
    internal sealed record Console(OutputFormat Format) : OutputConfiguration(Format);
}
