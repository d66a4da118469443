using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>What lines have of their process only when the message names it, because few want it.</summary>
/// <param name="Name">In messages and in JSON.</param>
/// <param name="OtelName">OpenTelemetry's name of the attribute.</param>
/// <param name="Number">Null when it is a text, or not known.</param>
/// <param name="Text">Null when it is a number, or not known.</param>
public sealed record ProcessProperty(string Name, string OtelName, Func<ProcessFacts, long?> Number, Func<ProcessFacts, string?> Text)
{
    /// <summary>Why one is not known.</summary>
    public const string Gone = "gone";

    /// <summary>One that is not known, in a message.</summary>
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
