using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Abi;

/// <summary>
/// The convention that says where the values that a rule can name are when a site is hit: in the places of a calling convention,
/// in the operands of a USDT note, where debug information says. Sites that share one share a plan. Equality is structural.
/// </summary>
/// <param name="Architecture">The processor's registers, and how calls and returns move the stack pointer.</param>
public abstract record SiteAbi(Architecture Architecture)
{
    /// <summary>
    /// True when returns are seen at the function's own RET instructions, and not by a uretprobe (the kernel's address in place
    /// of the caller's).
    /// </summary>
    public bool ReturnsAtInstructions { get; init; }

    /// <summary>
    /// True when a call may also end outside of the function's own code, or at a jump: which call it was is known from its entry
    /// only.
    /// </summary>
    public bool LeavesByJumps { get; init; }

    /// <summary>True when the function branches back to its entry, which is then hit without a call.</summary>
    public bool Restarts { get; init; }

    /// <summary>
    /// DWARF number of the register with the goroutine, when calls belong to goroutines; null when they belong to threads.
    /// </summary>
    public virtual int? GoroutineRegister => null;

    /// <summary>
    /// The thread's <c>errno</c>, of the C library that the sites are of: it is the same expression at the entry and at every exit.
    /// Null where no rule asked for it.
    /// </summary>
    public SiteValue? Errno { get; init; }

    /// <summary>True when each return can be paired with its entry.</summary>
    public virtual bool PairsCalls => true;
}
