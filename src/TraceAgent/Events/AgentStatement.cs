using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog.Parsing;

namespace TraceAgent.Events;

/// <summary>Something that the agent itself says in the stream of events.</summary>
/// <param name="time">UTC ns since 1970.</param>
/// <param name="action">What happened, one word.</param>
/// <param name="template">The message before its values were put in: what all such statements share.</param>
/// <param name="message">The message.</param>
/// <param name="rule">The rule that it is about, if any.</param>
/// <param name="numbers">More properties; their names are plain words.</param>
internal sealed class AgentStatement(
    long time, string action, string template, string message, string? rule, params (string Name, long Value)[] numbers)
    : LogEventPropertyValue
{
    public const string PropertyName = "agent";

    public long Time => time;

    public string Action => action;

    public string Message => message;

    public string? Rule => rule;

    public IReadOnlyList<(string Name, long Value)> Numbers => numbers;

    public uint TemplateId => EventIdHash.Compute(template);

    public LogEvent ToLogEvent(LogEventLevel level) => LogEvent.UnstableAssembleFromParts(
        UtcText.ToDateTimeOffset(time),
        level,
        null,
        new MessageTemplate(message, [new TextToken(message)]),
        new() { [PropertyName] = this },
        default,
        default);

    public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null) => output.Write(message);
}
