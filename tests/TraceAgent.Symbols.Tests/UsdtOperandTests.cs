using System.Globalization;
using System.Text;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Symbols.Usdt;
using static TraceAgent.Capture.Plans.BinaryOperator;

namespace TraceAgent.Symbols.Tests;

/// <summary>Operands of USDT notes, by DWARF number of their registers.</summary>
public sealed class UsdtOperandTests
{
    private const ulong ProbeAt = 0x1000;
    private static readonly Arm64OperandReader Arm64 = new();
    private static readonly X64OperandReader X64 = new(ProbeAt, VariableAt, hasFixedAddresses: false);
    private static readonly X64OperandReader Fixed = new(ProbeAt, VariableAt, hasFixedAddresses: true);

    [Theory]
    [InlineData("8@%rax", "r0")]
    [InlineData("-8@%r15", "r15")]
    [InlineData("-4@%eax", "s4(r0)")]
    [InlineData("4@%r8d", "u4(r8)")]
    [InlineData("2@%r9w", "u2(r9)")]
    [InlineData("-1@%r10b", "s1(r10)")]
    [InlineData("1@%al", "u1(r0)")]
    [InlineData("-1@%dil", "s1(r5)")]
    [InlineData("1@%ah", "u1((r0 ShiftRight 8))")]
    [InlineData("-2@%si", "s2(r4)")]
    [InlineData("1@%eax", "u1(r0)")]
    [InlineData("8@%eax", "u4(r0)")]
    [InlineData("%rdi", "r5")]
    [InlineData("4@$5", "5")]
    [InlineData("-4@5", "5")]
    [InlineData("4@$-1", "4294967295")]
    [InlineData("-1@$255", "-1")]
    [InlineData("8@$0x10", "16")]
    [InlineData("8@(%rbx)", "u8[r3]")]
    [InlineData("-4@-16(%rbp)", "s4[(r6 Add -16)]")]
    [InlineData("2@8+4-2(%rsp)", "u2[(r7 Add 10)]")]
    [InlineData("-8@8(%rbp,%rax,8)", "s8[((r6 Add (r0 Multiply 8)) Add 8)]")]
    [InlineData("1@(%rsi,%rdx)", "u1[(r4 Add r1)]")]
    [InlineData("8@0x20(,%r12,4)", "u8[((r12 Multiply 4) Add 32)]")]
    [InlineData("4@(%eax)", "u4[u4(r0)]")]
    [InlineData("-4@counter(%rip)", "s4[(r16 Add 12304)]")]
    [InlineData("4@counter+4(%rip)", "u4[(r16 Add 12308)]")]
    [InlineData("8f@16(%rsp)", "u8[(r7 Add 16)]")]
    [InlineData("4@$4+3", "7")]
    [InlineData("-8@$-(2+3)*4-1", "-21")]
    [InlineData("8@2*(8-4)(%rbx)", "u8[(r3 Add 8)]")]
    [InlineData("8@(3)*8(%rbx,%rax)", "u8[((r3 Add r0) Add 24)]")]
    [InlineData("-4@counter+2*4(%rip)", "s4[(r16 Add 12312)]")]
    [InlineData("16@-32(%rbp)", "(r6 Add -32)")]
    [InlineData("-16@counter(%rip)", "(r16 Add 12304)")]
    public void Operands_of_x64_are_read_as_the_assembler_means_them(string operand, string expected) =>
        Assert.Equal(expected, Only(X64, operand));

    [Theory]
    [InlineData("8@$counter", "16400")]
    [InlineData("8@$counter+8", "16408")]
    [InlineData("-4@counter", "s4[16400]")]
    [InlineData("4@counter-4", "u4[16396]")]
    [InlineData("8@counter(,%rax,8)", "u8[((r0 Multiply 8) Add 16400)]")]
    [InlineData("1@counter+3(%rbx)", "u1[(r3 Add 16403)]")]
    [InlineData("-4@counter(%rip)", "s4[(r16 Add 12304)]")]
    [InlineData("16@counter", "16400")]
    [InlineData("8@$other", "refused: its operand $other names 'other', which the file's symbols do not have, or have several times")]
    public void Symbols_are_numbers_where_the_file_fixes_its_addresses(string operand, string expected) =>
        Assert.Equal(expected, Only(Fixed, operand));

    [Theory]
    [InlineData("8@x0", "r0")]
    [InlineData("-4@w19", "s4(r19)")]
    [InlineData("1@w1", "u1(r1)")]
    [InlineData("8@sp", "r31")]
    [InlineData("8@x30", "r30")]
    [InlineData("8@xzr", "0")]
    [InlineData("-4@5", "5")]
    [InlineData("-4@#-5", "-5")]
    [InlineData("8@[x0]", "u8[r0]")]
    [InlineData("8@[x0, 8]", "u8[(r0 Add 8)]")]
    [InlineData("-4@[sp, #16]", "s4[(r31 Add 16)]")]
    [InlineData("2@[x29,-8]", "u2[(r29 Add -8)]")]
    [InlineData("8@[x1, x2]", "u8[(r1 Add r2)]")]
    [InlineData("8@[x1, x2, lsl 3]", "u8[(r1 Add (r2 ShiftLeft 3))]")]
    [InlineData("4@[x1, w2, sxtw #2]", "u4[(r1 Add (s4(r2) ShiftLeft 2))]")]
    [InlineData("4@[x1, w2, uxtw]", "u4[(r1 Add u4(r2))]")]
    public void Operands_of_arm64_are_read_as_the_assembler_means_them(string operand, string expected) =>
        Assert.Equal(expected, Only(Arm64, operand));

    [Theory]
    [InlineData("8f@%xmm0", "it is in %xmm0, a register for floating point numbers and vectors, which the kernel does not hand out")]
    [InlineData("16@%rax", "its operand 16@%rax has 16 bytes that are not in memory")]
    [InlineData("3@%rax", "its operand 3@%rax has a size that is not 1, 2, 4, 8 or 16 bytes")]
    [InlineData("4@$1+", "its operand $1+ cannot be read")]
    [InlineData("4@counter+other(%rip)", "its operand counter+other(%rip) cannot be read")]
    [InlineData("4@2*counter(%rip)", "its operand 2*counter(%rip) cannot be read")]
    [InlineData("8@%fs:0x28", "its operand %fs:0x28 is relative to a segment, such as a variable of the thread")]
    [InlineData("8@$counter", "its operand $counter is the address of a symbol, which differs from process to process")]
    [InlineData("4@other(%rip)", "its operand other(%rip) names 'other', which the file's symbols do not have, or have several times")]
    [InlineData("4@8(%rip)", "its operand 8(%rip) is relative to an instruction that is not known")]
    [InlineData("4@counter(%rax)", "its operand counter(%rax) is relative to a symbol")]
    [InlineData("4@(%al)", "its operand (%al) has a register that cannot be part of an address")]
    [InlineData("8f@%rax", "its operand 8f@%rax is a floating point number that is not in memory")]
    [InlineData("8@%rax)", "its operand %rax) cannot be read")]
    [InlineData("8@", "its operand cannot be read")]
    public void What_cannot_be_had_says_why(string operand, string reason) =>
        Assert.Equal(reason, Assert.Single(X64.Read(operand)).WhyMissing);

    [Theory]
    [InlineData("8f@d0", "it is in d0, a register for floating point numbers and vectors, which the kernel does not hand out")]
    [InlineData("8@[w0]", "its operand [w0] cannot be read")]
    [InlineData("8@x31", "its operand x31 cannot be read")]
    public void What_cannot_be_had_on_arm64_says_why(string operand, string reason) =>
        Assert.Equal(reason, Assert.Single(Arm64.Read(operand)).WhyMissing);

    [Fact]
    public void Spaces_within_brackets_do_not_end_an_operand() =>
        Assert.Equal(["r0", "u8[(r31 Add 16)]", "7"], Arm64.Read("8@x0 8@[sp, 16]  -4@7 ").Select(Text));

    [Fact]
    public void A_value_without_a_type_has_the_note_s_own()
    {
        var operands = X64.Read("8@%rax -8@%rax 4@%eax 8f@(%rax) 4f@(%rax)");
        Assert.Equal(
            [new CaptureType.Integer(
                8, Signed: false), CaptureType.Default, CaptureType.Default, new CaptureType.Float(8), new CaptureType.Float(4)],
            operands.Select(operand => operand.Type));
    }

    [Fact]
    public void Any_address_is_written_and_read_again()
    {
        string[] names = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var (start, index, scale) = (random.Next(16), random.Next(16), 1 << random.Next(4));
            var offset = random.Next(3) == 0 ? 0 : random.NextInt64(int.MinValue, int.MaxValue);
            var (size, signed) = (1 << random.Next(4), random.Next(2) == 0);
            var operand = string.Create(CultureInfo.InvariantCulture,
                $"{(signed ? "-" : "")}{size}@{(offset == 0 ? "" : offset)}(%{names[start]},%{names[index]},{scale})");
            Expr scaled = new Expr.Register(index);
            scaled = scale == 1 ? scaled : new Expr.Binary(Multiply, scaled, new Expr.Constant(scale));
            Expr address = new Expr.Binary(Add, new Expr.Register(start), scaled);
            address = offset == 0 ? address : new Expr.Binary(Add, address, new Expr.Constant(offset));

            Assert.Equal(new Expr.Load(address, size, signed), Assert.Single(X64.Read(operand)).Read);
        }
    }

    [Fact]
    public void Any_text_gives_operands_or_reasons()
    {
        string[] words =
        [
            "8@", "-4@", "8f@", "16@", "%rax", "%ah", "%xmm1", "%rip", "$", "5", "-1", "0x", "(", ")", "[", "]", ",", " ", "x0", "w1", "sp",
            "#", "lsl 3", "counter", "+", "-", "*", "@", "%", "é", "\t", "18446744073709551616",
        ];
        var random = new Random(6);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder();
            for (var word = random.Next(12); word > 0; word--)
            {
                text.Append(words[random.Next(words.Length)]);
            }

            foreach (var operand in X64.Read(text.ToString()).Concat(Fixed.Read(text.ToString())).Concat(Arm64.Read(text.ToString())))
            {
                Assert.NotEqual(operand.Read is null, operand.WhyMissing is null);
            }
        }
    }

    private static ulong? VariableAt(string name) => name == "counter" ? 0x4010UL : null;

    private static string Only(OperandReader reader, string operand) => Text(Assert.Single(reader.Read(operand)));

    private static string Text(SiteValue operand) => operand.Read is { } value ? Text(value) : $"refused: {operand.WhyMissing}";

    private static string Text(Expr expr) => expr switch
    {
        Expr.Register register => $"r{register.Number}",
        Expr.Constant constant => constant.Value.ToString(CultureInfo.InvariantCulture),
        Expr.Extend extend => $"{(extend.Signed ? 's' : 'u')}{extend.Size}({Text(extend.Operand)})",
        Expr.Load load => $"{(load.Signed ? 's' : 'u')}{load.Size}[{Text(load.Address)}]",
        Expr.Binary binary => $"({Text(binary.Left)} {binary.Operator} {Text(binary.Right)})",
        _ => expr.ToString(),
    };
}
