using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Tests;

/// <summary>Every form that the assembler emits: its bits as RFC 9669 and the kernel's own filter.h have them, and its text.</summary>
public sealed class InstructionTests
{
    private static readonly Dictionary<string, (Action<Assembler> Emit, ulong Encoded, string Text)> Forms = new()
    {
        ["move"] = (code => code.Move(Reg.R6, Reg.R1), 0x16bf, "r6 = r1"),
        ["set"] = (code => code.Set(Reg.R0, -2), 0xfffffffe_000000b7, "r0 = -2"),
        ["set64"] = (code => code.Set(Reg.R2, 0x1122334455667788), 0x55667788_00000218, "r2 = 0x1122334455667788"),
        ["set64 with a negative low half"] = (code => code.Set(Reg.R2, 0x00000001_80000000), 0x80000000_00000218, "r2 = 0x180000000"),
        ["map"] = (code => code.MapFd(Reg.R1, 9), 0x00000009_00001118, "r1 = map[9]"),
        ["map value"] = (code => code.MapValue(Reg.R8, 9, 72), 0x00000009_00002818, "r8 = map[9]+72"),
        ["add"] = (code => code.Arithmetic(Opcode.Add, Reg.R1, -8), 0xfffffff8_00000107, "r1 += -8"),
        ["subtract"] = (code => code.Arithmetic(Opcode.Subtract, Reg.R1, Reg.R2), 0x211f, "r1 -= r2"),
        ["multiply"] = (code => code.Arithmetic(Opcode.Multiply, Reg.R1, Reg.R2), 0x212f, "r1 *= r2"),
        ["divide"] = (code => code.Arithmetic(Opcode.Divide, Reg.R1, Reg.R2), 0x213f, "r1 /= r2"),
        ["or"] = (code => code.Arithmetic(Opcode.Or, Reg.R1, Reg.R2), 0x214f, "r1 |= r2"),
        ["and"] = (code => code.Arithmetic(Opcode.And, Reg.R1, Reg.R2), 0x215f, "r1 &= r2"),
        ["shift left"] = (code => code.Arithmetic(Opcode.ShiftLeft, Reg.R1, 32), 0x00000020_00000167, "r1 <<= 32"),
        ["shift right"] = (code => code.Arithmetic(Opcode.ShiftRight, Reg.R1, 32), 0x00000020_00000177, "r1 >>= 32"),
        ["negate"] = (code => code.Arithmetic(Opcode.Negate, Reg.R1, 0), 0x0187, "r1 = -r1"),
        ["modulo"] = (code => code.Arithmetic(Opcode.Modulo, Reg.R1, Reg.R2), 0x219f, "r1 %= r2"),
        ["xor"] = (code => code.Arithmetic(Opcode.Xor, Reg.R1, -1), 0xffffffff_000001a7, "r1 ^= -1"),
        ["arithmetic shift right"] = (code => code.Arithmetic(Opcode.ShiftRightArithmetic, Reg.R1, Reg.R2), 0x21cf, "r1 s>>= r2"),
        ["load 1"] = (code => code.Load(Reg.R0, Reg.R6, 5, 1), 0x00056071, "r0 = *(u8 *)(r6 +5)"),
        ["load 2"] = (code => code.Load(Reg.R0, Reg.R6, 0, 2), 0x6069, "r0 = *(u16 *)(r6 +0)"),
        ["load 4"] = (code => code.Load(Reg.R0, Reg.R6, 0, 4), 0x6061, "r0 = *(u32 *)(r6 +0)"),
        ["load 8"] = (code => code.Load(Reg.R0, Reg.Frame, -8), 0xfff8a079, "r0 = *(u64 *)(r10 -8)"),
        ["store 1"] = (code => code.Store(Reg.R7, 1, Reg.R0, 1), 0x00010773, "*(u8 *)(r7 +1) = r0"),
        ["store 2"] = (code => code.Store(Reg.R7, 2, Reg.R0, 2), 0x0002076b, "*(u16 *)(r7 +2) = r0"),
        ["store 4"] = (code => code.Store(Reg.R7, 4, Reg.R0, 4), 0x00040763, "*(u32 *)(r7 +4) = r0"),
        ["store 8"] = (code => code.Store(Reg.Frame, -16, Reg.R0), 0xfff00a7b, "*(u64 *)(r10 -16) = r0"),
        ["store immediate 1"] = (code => code.Store(Reg.R7, 48, 2, 1), 0x00000002_00300772, "*(u8 *)(r7 +48) = 2"),
        ["store immediate 2"] = (code => code.Store(Reg.R7, 48, 2, 2), 0x00000002_0030076a, "*(u16 *)(r7 +48) = 2"),
        ["store immediate 4"] = (code => code.Store(Reg.R7, 48, 2, 4), 0x00000002_00300762, "*(u32 *)(r7 +48) = 2"),
        ["store immediate 8"] = (code => code.Store(Reg.R7, 48, -1, 8), 0xffffffff_0030077a, "*(u64 *)(r7 +48) = -1"),
        ["atomic add"] = (code => code.AtomicAdd(Reg.R9, 16, Reg.R1), 0x001019db, "lock *(u64 *)(r9 +16) += r1"),
        ["call"] = (code => code.Call(BpfFunction.RingbufReserve), 0x00000083_00000085, "call RingbufReserve"),
        ["exit"] = (code => code.Exit(), 0x95, "exit"),
        ["jump"] = (code => Jump(code, code.Jump), 0x00010005, "goto 2"),
        ["if equal"] = (If(Opcode.IfEqual), 0x00000007_00010115, "if r1 == 7 goto 2"),
        ["if above"] = (If(Opcode.IfAbove), 0x00000007_00010125, "if r1 > 7 goto 2"),
        ["if above or equal"] = (If(Opcode.IfAboveOrEqual), 0x00000007_00010135, "if r1 >= 7 goto 2"),
        ["if any set"] = (If(Opcode.IfAnySet), 0x00000007_00010145, "if r1 & 7 goto 2"),
        ["if not equal"] = (If(Opcode.IfNotEqual), 0x00000007_00010155, "if r1 != 7 goto 2"),
        ["if greater"] = (If(Opcode.IfGreater), 0x00000007_00010165, "if r1 s> 7 goto 2"),
        ["if greater or equal"] = (If(Opcode.IfGreaterOrEqual), 0x00000007_00010175, "if r1 s>= 7 goto 2"),
        ["if below"] = (If(Opcode.IfBelow), 0x00000007_000101a5, "if r1 < 7 goto 2"),
        ["if below or equal"] = (If(Opcode.IfBelowOrEqual), 0x00000007_000101b5, "if r1 <= 7 goto 2"),
        ["if less"] = (If(Opcode.IfLess), 0x00000007_000101c5, "if r1 s< 7 goto 2"),
        ["if less or equal"] = (If(Opcode.IfLessOrEqual), 0x00000007_000101d5, "if r1 s<= 7 goto 2"),
        ["if two registers are equal"] =
            (code => Jump(code, label => code.JumpIf(Opcode.IfEqual, Reg.R1, Reg.R2, label)), 0x0001211d, "if r1 == r2 goto 2"),
        ["if the lower half is not equal"] =
            (code => Jump(code, label => code.JumpIfInt(Opcode.IfNotEqual, Reg.R1, 7, label)), 0x00000007_00010156, "if w1 != 7 goto 2"),
    };

    public static TheoryData<string> Names => [.. Forms.Keys];

    [Theory, MemberData(nameof(Names))]
    public void An_instruction_is_encoded_as_the_kernel_reads_it(string name)
    {
        var code = new Assembler();
        Forms[name].Emit(code);

        Assert.Equal($"{Forms[name].Encoded:x16}", $"{code.Finish()[0].Encoded:x16}");
    }

    [Theory, MemberData(nameof(Names))]
    public void An_instruction_reads_as_in_the_verifier_log(string name)
    {
        var code = new Assembler();
        Forms[name].Emit(code);

        Assert.Equal($"0: {Forms[name].Text}", Disassembler.Describe(code.Finish()).Split('\n')[0]);
    }

    [Fact]
    public void Both_halves_of_a_64_bit_immediate_are_encoded()
    {
        var code = new Assembler();
        code.Set(Reg.R2, 0x1122334455667788);

        Assert.Equal([0x55667788_00000218UL, 0x11223344_00000000UL], code.Finish().Select(one => one.Encoded));
    }

    [Fact]
    public void Every_operation_of_the_instruction_set_that_we_name_has_a_text()
    {
        var opcodes = typeof(Opcode).GetFields().Where(field => field.IsLiteral && field.Name.StartsWith("If", StringComparison.Ordinal))
            .Select(field => (byte)(Opcode.Jump | (byte)field.GetRawConstantValue()!));

        foreach (var opcode in opcodes)
        {
            Assert.StartsWith("if r1 ", new Instruction(opcode, 1, 2, 1, 7).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_no_instruction_of_ours_is_shown_as_a_number() =>
        Assert.Equal("0x00000007000001e7", new Instruction(0xe7, 1, 0, 0, 7).ToString());

    [Fact]
    public void A_program_is_described_with_the_numbers_that_jumps_lead_to()
    {
        var code = new Assembler();
        var end = new Label();
        code.Set(Reg.R0, 1L << 32);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, end);
        code.Set(Reg.R0, 0);
        code.Place(end);
        code.Exit();

        Assert.Equal("0: r0 = 0x100000000\n2: if r0 == 0 goto 4\n3: r0 = 0\n4: exit\n", Disassembler.Describe(code.Finish()));
    }

    private static Action<Assembler> If(byte condition) => code => Jump(code, label => code.JumpIf(condition, Reg.R1, 7, label));

    private static void Jump(Assembler code, Action<Label> jump)
    {
        var end = new Label();
        jump(end);
        code.Exit();
        code.Place(end);
        code.Exit();
    }
}
