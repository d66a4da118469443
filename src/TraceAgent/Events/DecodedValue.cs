using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>One value of one event. Text lies in the event's own characters.</summary>
internal struct DecodedValue
{
    public Outcome Outcome;

    /// <summary>True when the text had bytes that are not UTF-8; they show as U+FFFD.</summary>
    public bool InvalidUtf8;

    /// <summary>The integer or address.</summary>
    public ulong Bits;

    public int TextStart;

    public int TextLength;

    public readonly bool IsMissing => Outcome is not (Outcome.Ok or Outcome.Truncated);

    /// <summary>The word in <c>problems</c>; null when there is none.</summary>
    public readonly string? Problem => Outcome switch
    {
        Outcome.Ok => InvalidUtf8 ? "invalid_utf8" : null,
        Outcome.Truncated => InvalidUtf8 ? "truncated,invalid_utf8" : "truncated",
        Outcome.Null => "null",
        _ => "fault",
    };
}
