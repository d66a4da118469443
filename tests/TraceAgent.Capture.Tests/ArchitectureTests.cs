using TraceAgent.Capture.Plans;

namespace TraceAgent.Capture.Tests;

/// <summary>Against the ABI documents, by the names of the registers.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Registers in the order of <c>struct pt_regs</c> (arch/x86/include/uapi/asm/ptrace.h).</summary>
    private static readonly string[] X64Frame =
        ["r15", "r14", "r13", "r12",
            "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs", "eflags", "rsp", "ss"];

    /// <summary>DWARF numbers 0 to 16 (System V ABI, AMD64 supplement, figure 3.36); the return address has the last.</summary>
    private static readonly string[] X64Dwarf =
        ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"];

    [Fact]
    public void Each_x64_register_is_where_the_kernel_saves_it()
    {
        Assert.Equal(X64Dwarf.Select(name => Array.IndexOf(X64Frame, name) * 8), Architecture.X64.RegisterOffsets);
        Assert.Equal(Array.IndexOf(X64Frame, "rip") * 8, Architecture.X64.InstructionPointerOffset);
    }

    [Theory]
    [InlineData(0, "rdi")]
    [InlineData(1, "rsi")]
    [InlineData(2, "rdx")]
    [InlineData(3, "rcx")]
    [InlineData(4, "r8")]
    [InlineData(5, "r9")]
    public void The_first_six_x64_arguments_are_in_registers(int index, string register) =>
        Assert.Equal(new Expr.Register(Array.IndexOf(X64Dwarf, register)), Architecture.X64.Argument(index));

    [Theory]
    [InlineData(6, 8)]
    [InlineData(7, 16)]
    [InlineData(11, 48)]
    public void From_the_seventh_on_x64_arguments_are_above_the_return_address(int index, int offset) =>
        Assert.Equal(OnStack(Array.IndexOf(X64Dwarf, "rsp"), offset), Architecture.X64.Argument(index));

    [Fact]
    public void The_first_eight_arm64_arguments_are_in_x0_to_x7() =>
        Assert.Equal(
            Enumerable.Range(0, 8).Select(number => (Expr)new Expr.Register(number)),
            Enumerable.Range(0, 8).Select(Architecture.Arm64.Argument));

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 8)]
    [InlineData(11, 24)]
    public void From_the_ninth_on_arm64_arguments_are_at_the_stack_pointer(int index, int offset) =>
        Assert.Equal(OnStack(31, offset), Architecture.Arm64.Argument(index));

    [Fact]
    public void Each_arm64_register_is_where_the_kernel_saves_it()
    {
        Assert.Equal((0, 30 * 8, 31 * 8),
            (Architecture.Arm64.RegisterOffsets[0], Architecture.Arm64.RegisterOffsets[30], Architecture.Arm64.RegisterOffsets[31]));
        Assert.Equal(32 * 8, Architecture.Arm64.InstructionPointerOffset);
    }

    [Fact]
    public void A_return_pops_the_return_address_on_x64_only() =>
        Assert.Equal((8, 0), (Architecture.X64.StackPointerRise, Architecture.Arm64.StackPointerRise));

    [Fact]
    public void Results_are_in_rax_and_x0()
    {
        Assert.Equal(new Expr.Register(Array.IndexOf(X64Dwarf, "rax")), Architecture.X64.ReturnValue);
        Assert.Equal(new Expr.Register(0), Architecture.Arm64.ReturnValue);
    }

    [Fact]
    public void There_is_no_argument_before_the_first() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Architecture.X64.Argument(-1));

    [Fact]
    public void The_machine_of_an_ELF_file_names_its_architecture()
    {
        Assert.Same(Architecture.X64, Architecture.OfElf(62));
        Assert.Same(Architecture.Arm64, Architecture.OfElf(183));
        Assert.Null(Architecture.OfElf(3));
    }

    private static Expr.Load OnStack(int stackPointer, int offset) =>
        new(new Expr.Binary(BinaryOperator.Add, new Expr.Register(stackPointer), new Expr.Constant(offset)), 8, Signed: false);
}
