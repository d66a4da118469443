using Serilog.Events;
using Serilog.Formatting.Compact;
using TraceAgent.Capture.Values;

namespace TraceAgent.Events.Statements;

/// <summary>A statement of the agent itself in the stream of events.</summary>
/// <param name="time">UTC ns since 1970.</param>
/// <param name="level">The severity.</param>
/// <param name="action">The event, one word.</param>
/// <param name="template">The message before its values were put in: what all such statements share.</param>
/// <param name="message">The message.</param>
/// <param name="rule">The rule that it is about, if any.</param>
/// <param name="numbers">More properties; their names are plain words.</param>
public sealed class AgentStatement(
    long time,
    LogEventLevel level, string action, string template, string message, string? rule, params (string Name, long Value)[] numbers)
    : StreamEvent
{
    public override long Time => time;

    public override LogEventLevel Level => level;

    public string Action => action;

    public string Message => message;

    public string? Rule => rule;

    public IReadOnlyList<(string Name, long Value)> Numbers => numbers;

    public uint TemplateId => EventIdHash.Compute(template);

    public override void AppendMessage(LineBuffer into) => into.Append(message);
}
