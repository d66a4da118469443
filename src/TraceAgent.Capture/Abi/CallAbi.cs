using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Abi;

/// <summary>A calling convention: which words a function is called with, and which it gives, lie in which registers and places.</summary>
/// <param name="Architecture">The processor's registers, and how calls and returns move the stack pointer.</param>
public abstract record CallAbi(Architecture Architecture) : SiteAbi(Architecture)
{
    /// <summary>Reads the argument <paramref name="index"/> (from 0) on entry; null when the convention does not say where it is.</summary>
    public abstract Expr? Argument(int index);

    /// <summary>Reads the word <paramref name="index"/> (from 0, 8 bytes each) of the result on return; null as above.</summary>
    public abstract Expr? Result(int index);
}
