using System.Runtime.CompilerServices;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Formatting;

/// <summary>One value of one event. Text lies in the event's own characters.</summary>
public struct DecodedValue
{
    public Outcome Outcome;

    /// <summary>True when the text had bytes that are not UTF-8, or a NUL inside; they show as U+FFFD.</summary>
    public bool InvalidUtf8;

    /// <summary>True when the text had surrogates without their other half; they show as U+FFFD.</summary>
    public bool InvalidUtf16;

    /// <summary>True when the text had numbers that are no characters; they show as U+FFFD.</summary>
    public bool InvalidUtf32;

    /// <summary>True when the value, or a part of it, is hidden.</summary>
    public bool Redacted;

    /// <summary>The integer or address; for a value with a length, how long it was in the traced process.</summary>
    public ulong Bits;

    /// <summary>The start of the text in the event's characters; for a list, in its numbers.</summary>
    public int TextStart;

    public int TextLength;

    public readonly bool IsMissing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Outcome is not (Outcome.Ok or Outcome.Truncated or Outcome.Cut);
    }

    /// <summary>True when the value is the beginning of a longer one.</summary>
    public readonly bool IsPart => Outcome is Outcome.Truncated or Outcome.Cut;

    /// <summary>True when <see cref="Problem"/> is not null.</summary>
    public readonly bool HasProblem => Outcome != Outcome.Ok || InvalidUtf8 || InvalidUtf16 || InvalidUtf32 || Redacted;

    /// <summary>The word in <c>problems</c>, or several with commas between; null when there is none.</summary>
    public readonly string? Problem => OutcomeText.Of(
        Outcome, (InvalidUtf8 ? 1 : 0) | (InvalidUtf16 ? 2 : 0) | (Redacted ? 4 : 0) | (InvalidUtf32 ? 8 : 0));
}
