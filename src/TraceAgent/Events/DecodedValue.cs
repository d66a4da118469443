using TraceAgent.Capture;

namespace TraceAgent.Events;

/// <summary>One value of one event. Text lies in the event's own characters.</summary>
internal struct DecodedValue
{
    public Outcome Outcome;

    /// <summary>True when the text had bytes that are not UTF-8; they show as U+FFFD.</summary>
    public bool InvalidUtf8;

    /// <summary>True when the value, or a part of it, is hidden.</summary>
    public bool Redacted;

    /// <summary>The integer or address; of bytes, how many there were in the traced process.</summary>
    public ulong Bits;

    public int TextStart;

    public int TextLength;

    public readonly bool IsMissing => Outcome is not (Outcome.Ok or Outcome.Truncated);

    /// <summary>The word in <c>problems</c>, or several with commas between; null when there is none.</summary>
    public readonly string? Problem => Outcome switch
    {
        Outcome.Ok when !InvalidUtf8 && !Redacted => null,
        Outcome.Ok => (InvalidUtf8, Redacted) switch
        {
            (true, true) => "invalid_utf8,redacted",
            (true, false) => "invalid_utf8",
            _ => "redacted",
        },
        Outcome.Truncated => (InvalidUtf8, Redacted) switch
        {
            (true, true) => "truncated,invalid_utf8,redacted",
            (true, false) => "truncated,invalid_utf8",
            (false, true) => "truncated,redacted",
            _ => "truncated",
        },
        Outcome.Null => "null",
        _ => "fault",
    };
}
