using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Tests;

public sealed class AssemblerTests
{
    private readonly Assembler _code = new();

    [Fact]
    public void A_jump_to_a_label_that_was_never_placed_is_refused()
    {
        _code.Exit();
        _code.Jump(new Label());

        var refusal = Assert.Throws<InvalidOperationException>(_code.Finish);

        Assert.Contains("instruction 1", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(short.MaxValue, false)]
    [InlineData(short.MaxValue + 1, true)]
    public void A_jump_further_than_an_instruction_can_say_is_refused(int skipped, bool refused)
    {
        var end = new Label();
        _code.Jump(end);
        for (var i = 0; i < skipped; i++)
        {
            _code.Set(Reg.R0, 0);
        }

        _code.Place(end);
        _code.Exit();

        Assert.Equal(refused, Record.Exception(_code.Finish) is OverflowException);
    }

    [Fact]
    public void Jumps_lead_forwards_and_backwards()
    {
        var back = new Label();
        var forth = new Label();
        _code.Place(back);
        _code.JumpIf(Opcode.IfEqual, Reg.R1, 7, forth);
        _code.Jump(back);
        _code.Place(forth);
        _code.Exit();

        Assert.Equal([1, -2, 0], _code.Finish().Select(one => (int)one.Offset));
    }

    [Fact]
    public void A_long_jump_counts_both_halves_of_a_64_bit_immediate()
    {
        var end = new Label();
        _code.Jump(end);
        _code.Set(Reg.R0, 1L << 40);
        _code.Place(end);
        _code.Exit();

        Assert.Equal(2, _code.Finish()[0].Offset);
    }

    [Theory]
    [InlineData(0L, 1)]
    [InlineData(-1L, 1)]
    [InlineData((long)int.MinValue, 1)]
    [InlineData((long)int.MaxValue, 1)]
    [InlineData(int.MaxValue + 1L, 2)]
    [InlineData(0xffff_ffffL, 2)]
    [InlineData(long.MinValue, 2)]
    public void A_constant_takes_two_instructions_only_when_it_must(long value, int expected)
    {
        _code.Set(Reg.R3, value);

        Assert.Equal(expected, _code.Finish().Length);
    }

    [Fact]
    public void Moving_a_register_to_itself_takes_no_instruction()
    {
        _code.Move(Reg.R4, Reg.R4);

        Assert.Empty(_code.Finish());
    }

    [Fact]
    public void An_offset_further_than_an_instruction_can_say_is_refused()
    {
        Assert.Throws<OverflowException>(() => _code.Load(Reg.R0, Reg.R7, 32768));
        Assert.Throws<OverflowException>(() => _code.Store(Reg.R7, -32769, Reg.R0));
    }

    [Fact]
    public void Memory_is_accessed_by_1_2_4_or_8_bytes_only() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _code.Load(Reg.R0, Reg.R7, 0, 3));
}
