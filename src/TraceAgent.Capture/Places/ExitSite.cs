using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Places;

/// <summary>An instruction that is probed because a call ends there, or because it leads back to the function's entry.</summary>
/// <param name="Offset">Bytes from the start of the file.</param>
/// <param name="Form">The meaning of a hit.</param>
public readonly record struct ExitSite(ulong Offset, ExitForm Form);

/// <summary>The meaning of a hit of an <see cref="ExitSite"/>. Sites of one form share a program.</summary>
/// <param name="Kind">The event that a hit stands for.</param>
/// <param name="TakenWhen">A hit counts only when this is not 0, as of a conditional branch; null for every hit.</param>
public sealed record ExitForm(ExitKind Kind, Expr? TakenWhen = null)
{
    /// <summary>
    /// True for code of another function, which the call must have been seen to leave to (<see cref="ExitKind.Leave"/>): what an
    /// exception left behind at this depth is not a call that ends here.
    /// </summary>
    public bool IsElsewhere { get; init; }

    /// <summary>
    /// True when the instruction is also the first of the function that the call leaves to: a hit without a jump just before it
    /// is a call of that function, and the call of ours was left behind, by an exception.
    /// </summary>
    public bool IsFirst { get; init; }

    /// <summary>A RET instruction: where most calls end.</summary>
    public static ExitForm Return { get; } = new(ExitKind.Return);
}

/// <summary>The event that an <see cref="ExitSite"/> stands for.</summary>
public enum ExitKind
{
    /// <summary>The function returns to its caller; the result is in its registers.</summary>
    Return,

    /// <summary>The call goes on in code that is not followed: there is no result.</summary>
    Jump,

    /// <summary>The call goes on in another function, at whose instructions it ends.</summary>
    Leave,

    /// <summary>The first instruction of a function that the call leaves to.</summary>
    Arrive,

    /// <summary>The entry is hit next, by a loop of the function and not by a call.</summary>
    Restart,
}
