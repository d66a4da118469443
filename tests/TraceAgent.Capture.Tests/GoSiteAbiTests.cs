using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Tests;

public class GoSiteAbiTests
{
    private static readonly GoSiteAbi Registers = new(Architecture.X64, PassesInRegisters: true);
    private static readonly GoSiteAbi Stack = new(Architecture.X64, PassesInRegisters: false);

    [Fact]
    public void Arguments_and_results_are_in_the_registers_of_the_compilers_document()
    {
        // AX, BX, CX, DI, SI, R8, R9, R10, R11 by their DWARF numbers.
        int[] expected = [0, 3, 2, 5, 4, 8, 9, 10, 11];

        Assert.Equal(expected, Enumerable.Range(0, 9).Select(index => Assert.IsType<Expr.Register>(Registers.Argument(index)).Number));
        Assert.Equal(expected, Enumerable.Range(0, 9).Select(index => Assert.IsType<Expr.Register>(Registers.Result(index)).Number));
        Assert.Equal((14, true), (Registers.GoroutineRegister, Registers.PairsCalls));
    }

    [Fact]
    public void Behind_the_registers_nothing_is_guessed() =>
        Assert.Equal((null, null), (Registers.Argument(9), Registers.Result(9)));

    [Fact]
    public void Sixteen_words_are_in_registers_of_arm64()
    {
        var abi = new GoSiteAbi(Architecture.Arm64, PassesInRegisters: true);

        Assert.Equal(new Expr.Register(15), abi.Argument(15));
        Assert.Null(abi.Argument(16));
        Assert.Equal(28, abi.GoroutineRegister);
    }

    [Fact]
    public void On_the_stack_arguments_are_above_the_return_address_and_results_are_not_known()
    {
        Assert.Equal(
            new Expr.Load(new Expr.Binary(BinaryOperator.Add, new Expr.Register(7), new Expr.Constant(24)), 8, Signed: false),
            Stack.Argument(2));
        Assert.Equal((null, null), (Stack.Result(0), Stack.Result(1)));
        Assert.False(Stack.PairsCalls);
    }
}
