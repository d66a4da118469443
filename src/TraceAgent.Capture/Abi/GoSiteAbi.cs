using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Abi;

/// <summary>
/// Go's calling convention, counted in words of 8 bytes: a string takes two, a slice three, an interface two.
/// In registers since 1.17 (amd64) and 1.18 (arm64): abi-internal.md of Go's compiler. Before that, and in assembly since, on the stack.
/// </summary>
/// <param name="Architecture">The processor's architecture.</param>
/// <param name="PassesInRegisters">False for the convention on the stack, where only the arguments' places are known.</param>
public sealed record GoSiteAbi(Architecture Architecture, bool PassesInRegisters) : CallAbi(Architecture)
{
    /// <summary>Offset in a goroutine (<c>runtime.g</c>, which begins with <c>stack.lo</c>) of the address after its stack.</summary>
    public const int StackEndOffset = 8;

    //                                                      AX BX CX DI SI R8 R9 R10 R11
    private static readonly EquatableArray<int> X64 = [0, 3, 2, 5, 4, 8, 9, 10, 11];
    private static readonly EquatableArray<int> Arm64 = Enumerable.Range(0, 16).ToEquatableArray();

    /// <summary>
    /// The word, from 0, with the dictionary of a generic function, which no source has among the parameters: before everything up to
    /// Go 1.19, after the receiver since (shapeSig in cmd/compile/internal/noder/reader.go). Null where there is none.
    /// </summary>
    public int? DictionaryWord { get; init; }

    /// <inheritdoc/>
    public override int? GoroutineRegister => (PassesInRegisters, IsX64) switch
    {
        (false, _) => null,
        (true, true) => 14,
        (true, false) => 28,
    };

    /// <inheritdoc/>
    public override bool PairsCalls => GoroutineRegister is not null;

    private bool IsX64 => Architecture.ElfMachine == Architecture.X64.ElfMachine;

    private EquatableArray<int> Registers => IsX64 ? X64 : Arm64;

    /// <inheritdoc/>
    public override Expr? Argument(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        index += index >= DictionaryWord ? 1 : 0;
        if (PassesInRegisters)
        {
            // What does not fit is on the stack, but a value of several words goes there as a whole: the count ends here.
            return index < Registers.Count ? new Expr.Register(Registers[index]) : null;
        }

        // Above the return address; on arm64 above the place that is kept free for it.
        return new Expr.Load(
            new Expr.Binary(BinaryOperator.Add, new Expr.Register(Architecture.StackPointer), new Expr.Constant(8 + (8 * index))),
            8, Signed: false);
    }

    /// <inheritdoc/>
    public override Expr? Result(int index) =>
        PassesInRegisters && index < Registers.Count ? new Expr.Register(Registers[index]) : null;
}
