using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Processes;

namespace TraceAgent.Events.Shapes;

/// <summary>A property of the process that lines have only when the message names it, because few want it.</summary>
/// <param name="Name">The name in messages and in JSON.</param>
/// <param name="OtelName">OpenTelemetry's name of the attribute.</param>
/// <param name="Number">The number; null when the property is a text, or not known.</param>
/// <param name="Text">The text; null when the property is a number, or not known.</param>
public sealed record ProcessProperty(string Name, string OtelName, Func<ProcessFacts, long?> Number, Func<ProcessFacts, string?> Text)
{
    /// <summary>The reason why a property is not known.</summary>
    public const string Gone = "gone";

    /// <summary>The text for a property that is not known, in a message.</summary>
    public const string GoneText = "<" + Gone + ">";

    public static IReadOnlyList<ProcessProperty> All { get; } =
    [
        new("ppid", "process.parent_pid", facts => facts.ParentPid, _ => null),
        new("cmdline", "process.command_line", _ => null, facts => facts.CommandLine),
    ];

    /// <summary>The name as a member of a JSON object, with its colon.</summary>
    public byte[] Key { get; } = JsonText.Key(Name);

    public bool IsKnown(ProcessFacts facts) => Number(facts) is not null || Text(facts) is not null;
}
