namespace TraceAgent.Dwarf.Frames;

/// <summary>The rule by which an unwinder finds the caller of the code at one address (DWARF 5, section 6.4.1).</summary>
/// <param name="CfaRegister">
/// DWARF number of the register that the frame's address (CFA) is counted from; -1 where an expression computes it.
/// </param>
/// <param name="CfaOffset">Bytes from that register to the CFA.</param>
/// <param name="ReturnAddressAt">Bytes from the CFA to the return address; null where no place in memory is given.</param>
public readonly record struct FrameRow(int CfaRegister, long CfaOffset, long? ReturnAddressAt)
{
    private const int X64StackPointer = 7;
    private const int Arm64StackPointer = 31;

    /// <summary>
    /// True when the stack is as a call leaves it: on x86-64 the return address is on top of it, on arm64 nothing of the function
    /// is on it.
    /// </summary>
    public bool IsAtCall => this is { CfaRegister: X64StackPointer, CfaOffset: 8, ReturnAddressAt: -8 }
        or { CfaRegister: Arm64StackPointer, CfaOffset: 0, ReturnAddressAt: null };
}
