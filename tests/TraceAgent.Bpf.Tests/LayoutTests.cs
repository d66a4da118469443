using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Tests;

/// <summary>What programs and user space share: parts that must not touch.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void The_parts_of_the_control_map_do_not_overlap()
    {
        var parts = Enumerable.Range(0, ControlLayout.Slots).Select(slot => (Start: ControlLayout.StateWord((uint)slot), Size: 8))
            .Append((Start: ControlLayout.QuietUntil, Size: 8))
            .Append((Start: ControlLayout.FillMark, Size: 8))
            .Append((Start: ControlLayout.LastWakeup, Size: 8))
            .Append((Start: ControlLayout.Zeros, Size: ControlLayout.ZerosSize));

        AssertApart(parts, 0, ControlLayout.Size);
    }

    [Fact]
    public void The_words_that_every_hit_reads_share_no_cache_line_with_the_one_that_wakeups_write()
    {
        int[] read = [ControlLayout.StateWord(0), ControlLayout.QuietUntil, ControlLayout.FillMark];
        Assert.All(read, word => Assert.NotEqual(ControlLayout.LastWakeup / 64, word / 64));
    }

    [Fact]
    public void The_counters_of_a_slot_do_not_overlap() =>
        AssertApart([(CounterLayout.Calls, 8), (CounterLayout.Lost, 8), (CounterLayout.Unreturned, 8)], 0, CounterLayout.Size);

    [Fact]
    public void What_a_program_keeps_on_its_stack_does_not_overlap() =>
        AssertApart(
            [
                (StackFrame.SlotKey, 8), (StackFrame.Attempt, 8), (StackFrame.MarkKey, StackFrame.MarkKeySize),
                (StackFrame.CallKey, StackFrame.CallKeySize), (StackFrame.Scratch, 8), (StackFrame.ReturnTime, 8), (StackFrame.Faulted, 8),
            ],
            StackFrame.Temporaries,
            0);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(StateWord.LastSwitch)]
    public void A_probe_can_take_hits_from_one_switch_and_leave_them_to_another(uint number)
    {
        var other = StateWord.LastSwitch - number;
        var both = StateWord.MarkingFor(number) | StateWord.YieldingTo(other);

        Assert.Equal(number, both >>> StateWord.MarksForShift);
        Assert.Equal(other, (both >>> StateWord.YieldsToShift) & StateWord.LastSwitch);
        Assert.Equal(StateWord.Active | StateWord.Marks | StateWord.Yields, both & 0xff);
        Assert.Equal(StateWord.Active | StateWord.YieldingTo(other), StateWord.WithoutMarks(both));
        Assert.Equal(StateWord.Active, StateWord.WithoutMarks(StateWord.MarkingFor(number)));
    }

    [Fact]
    public void The_bits_of_a_state_word_can_be_told_apart()
    {
        long[] bits = [StateWord.Active, StateWord.Marks, StateWord.Yields];

        Assert.All(bits, bit => Assert.True(bit > 0 && bit < 1L << StateWord.YieldsToShift && (bit & (bit - 1)) == 0));
        Assert.Equal(3, bits.Distinct().Count());
        Assert.Equal(0, StateWord.Inactive);
    }

    private static void AssertApart(IEnumerable<(int Start, int Size)> parts, int from, int to)
    {
        var end = from;
        foreach (var (start, size) in parts.OrderBy(part => part.Start))
        {
            Assert.True(start >= end && start % 8 == 0, $"{start} lies in the part before, which ends at {end}");
            end = start + size;
        }

        Assert.True(end <= to, $"{end} is past {to}");
    }
}
