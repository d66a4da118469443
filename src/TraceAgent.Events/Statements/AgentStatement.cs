using Serilog.Events;
using Serilog.Formatting.Compact;
using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events.Statements;

/// <summary>A statement of the agent itself in the stream of events.</summary>
/// <param name="action">The event, one word.</param>
/// <param name="time">UTC ns since 1970.</param>
public sealed class AgentStatement(string action, long time) : StreamEvent
{
    public override long Time => time;

    public override LogEventLevel Level => Severity;

    public string Action => action;

    /// <summary>The severity.</summary>
    public required LogEventLevel Severity { get; init; }

    /// <summary>The message before its values were put in: what all such statements share.</summary>
    public required string Template { get; init; }

    public required string Message { get; init; }

    /// <summary>The rule that the statement is about; null for none.</summary>
    public string? Rule { get; init; }

    /// <summary>More properties; their names are plain words.</summary>
    public IReadOnlyList<(string Name, long Value)> Numbers { get; init; } = [];

    public uint TemplateId => EventIdHash.Compute(Template);

    public override void AppendMessage(LineBuffer into) => into.Append(Message);
}
