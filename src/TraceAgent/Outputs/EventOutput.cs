using Serilog.Events;
using Serilog.Formatting;
using TraceAgent.Commands;
using TraceAgent.Configuration;
using TraceAgent.Events;

namespace TraceAgent.Outputs;

/// <summary>One destination. What is written between two commits arrives whole or not at all.</summary>
internal abstract class EventOutput : IDisposable
{
    /// <summary>Its path, or <c>standard output</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes that wait for a commit.</summary>
    public abstract int Pending { get; }

    public abstract void Write(LogEvent logEvent);

    /// <summary>Null when all that was written since the last commit has arrived.</summary>
    public abstract OutputFailure? Commit();

    /// <summary>True, once, when somebody had renamed or deleted the output's file, and another was opened under its name.</summary>
    public virtual bool TakeReopened() => false;

    public abstract void Dispose();

    public static ITextFormatter FormatterOf(OutputFormat format) => format switch
    {
        OutputFormat.ClefTemplate => new ClefTemplateFormatter(),
        OutputFormat.Text => new TextFormatter(),
        OutputFormat.Trace => new TraceFormatter(TerminalColours.OnStandardOutput),
        _ => new ClefFormatter(),
    };
}
