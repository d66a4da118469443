using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Formatting;

/// <summary>The words of <c>problems</c> for a value, every combination made once.</summary>
public static class OutcomeText
{
    private const int Flags = 16;

    private static readonly string?[] Ok = All(null);
    private static readonly string?[] Truncated = All("truncated");
    private static readonly string?[] Cut = All("truncated,fault");

    /// <summary>The word for an outcome; null for a value that was read.</summary>
    public static string? Of(Outcome outcome) => Of(outcome, 0);

    /// <param name="outcome">The value's outcome.</param>
    /// <param name="flags">1: invalid UTF-8, 2: invalid UTF-16, 4: redacted, 8: invalid UTF-32.</param>
    public static string? Of(Outcome outcome, int flags) => outcome switch
    {
        Outcome.Ok => Ok[flags],
        Outcome.Truncated => Truncated[flags],
        Outcome.Cut => Cut[flags],
        Outcome.Null => "null",
        Outcome.LeftByJump => "left_by_jump",
        Outcome.NotResident => "fault,not_resident",
        Outcome.EntryNotSeen => "entry_not_seen",
        Outcome.OptimisedOut => "optimised_out",
        Outcome.NotLive => "not_live",
        Outcome.VectorRegister => "vector_register",
        Outcome.NotSupported => "not_supported",
        Outcome.Partial => "partial",
        _ => "fault",
    };

    private static string?[] All(string? outcome)
    {
        var words = new string?[Flags];
        for (var flags = 0; flags < Flags; flags++)
        {
            string?[] parts =
            [
                outcome,
                (flags & 1) != 0 ? "invalid_utf8" : null,
                (flags & 2) != 0 ? "invalid_utf16" : null,
                (flags & 8) != 0 ? "invalid_utf32" : null,
                (flags & 4) != 0 ? "redacted" : null,
            ];
            words[flags] = parts.Any(p => p is not null) ? string.Join(',', parts.Where(p => p is not null)) : null;
        }

        return words;
    }
}
