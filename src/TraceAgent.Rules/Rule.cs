using TraceAgent.Capture;

namespace TraceAgent.Rules;

/// <summary>What one entry of <c>rules:</c> asks for, before anything is known of the binary.</summary>
/// <param name="Name">Unique over all files.</param>
/// <param name="Binary">Absolute path of the file to probe.</param>
/// <param name="Where">Where in the binary.</param>
/// <param name="On">When an event happens.</param>
/// <param name="Arguments">The captured arguments, in order.</param>
/// <param name="Return">The type of the return value.</param>
/// <param name="Messages">The message of each kind of event that <paramref name="On"/> makes.</param>
/// <param name="Level">Severity of the lines.</param>
/// <param name="Labels">Constant properties, in the order of the file.</param>
public sealed record Rule(
    Located<string> Name,
    Located<string> Binary,
    Located<Location> Where,
    ProbeMoment On,
    EquatableArray<Parameter> Arguments,
    CaptureType Return,
    EquatableArray<EventMessage> Messages,
    EventLevel Level,
    EquatableArray<KeyValuePair<string, string>> Labels);

/// <summary>One captured argument: its place in the call (from 0), name and type.</summary>
public sealed record Parameter(int Index, string Name, CaptureType Type);

public sealed record EventMessage(EventKind Kind, MessageTemplate Template);

/// <summary>Serilog's level names; the numbers are Serilog's too.</summary>
public enum EventLevel
{
    Verbose,
    Debug,
    Information,
    Warning,
    Error,
    Fatal,
}
