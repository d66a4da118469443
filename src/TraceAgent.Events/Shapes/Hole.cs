namespace TraceAgent.Events.Shapes;

/// <summary>The source of what a hole shows.</summary>
public enum HoleSource
{
    Value,
    Duration,
    Pid,
    Tid,
    Comm,
    Executable,
    Process,
    Symbol,
    Binary,
    Source,
    Function,
    Inlined,
    Time,

    /// <summary>
    /// A value as JSON. All sources from here on are JSON: first values, the others are members with a comma before each, or
    /// nothing.
    /// </summary>
    JsonValue,
    JsonDuration,
    JsonProcess,
    JsonErrorNames,
    JsonLengths,
    JsonProblems,
}

/// <summary>The part of a text that differs from event to event: a value by its index.</summary>
/// <param name="Source">The source of what it shows.</param>
/// <param name="Index">The index of the value among the event's fields, or among the process properties of the message.</param>
/// <param name="Format">The format as in the template.</param>
/// <param name="Width">The minimum number of characters: right-aligned when positive, 0 for none.</param>
public sealed record Hole(HoleSource Source, int Index = 0, string? Format = null, int Width = 0)
{
    /// <summary>True when the hole shows nearly every value as a decimal number and nothing more.</summary>
    public bool IsNumber { get; init; }

    /// <summary>True when the hole is the inside of a JSON string, and can have something that must be escaped there.</summary>
    public bool IsEscaped { get; init; }

    /// <summary>The literal between this hole and the next one, UTF-8.</summary>
    public byte[] After { get; init; } = [];
}
