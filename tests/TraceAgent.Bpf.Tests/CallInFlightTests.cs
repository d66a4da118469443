using System.Buffers.Binary;
using TraceAgent.Bpf.Maps;

namespace TraceAgent.Bpf.Tests;

public class CallInFlightTests
{
    private const ulong Thread = (7UL << 32) | 8;

    [Fact]
    public void Calls_that_are_nested_are_in_flight()
    {
        Assert.Empty(CallInFlight.Abandoned([OfThread(Thread, 0x7000, 1), OfThread(Thread, 0x6000, 2), OfThread(Thread, 0x5000, 3)]));
    }

    [Fact]
    public void A_call_is_abandoned_when_its_thread_entered_another_one_less_deep_since()
    {
        var left = OfThread(Thread, 0x5000, 2);
        var alsoLeft = OfThread(Thread, 0x6000, 1);

        Assert.Equal([left, alsoLeft], CallInFlight.Abandoned([OfThread(Thread, 0x7000, 3), alsoLeft, left]));
    }

    [Fact]
    public void Calls_at_one_depth_leave_to_each_other_by_a_jump_and_are_in_flight() =>
        Assert.Empty(CallInFlight.Abandoned([OfThread(Thread, 0x7000, 1), OfThread(Thread, 0x7000, 2)]));

    [Fact]
    public void Threads_have_stacks_of_their_own() =>
        Assert.Empty(CallInFlight.Abandoned([OfThread(Thread, 0x5000, 1), OfThread(Thread + 1, 0x7000, 2)]));

    [Fact]
    public void Goroutines_are_deep_by_the_distance_to_the_end_of_their_stack()
    {
        var left = OfGoroutine(0xc000, depth: 900, 1);
        var other = OfGoroutine(0xd000, depth: 900, 1);

        Assert.Equal([left], CallInFlight.Abandoned([left, other, OfGoroutine(0xc000, depth: 100, 2)]));
    }

    [Fact]
    public void A_call_ends_with_its_thread_and_that_of_a_goroutine_with_its_process()
    {
        Assert.Equal("/proc/7/task/8", OfThread(Thread, 0x7000, 1).Folder);
        Assert.Equal("/proc/7", OfGoroutine(0xc000, depth: 900, 1).Folder);
    }

    private static CallInFlight OfThread(ulong thread, ulong stackPointer, ulong time) => new(Key(thread, stackPointer), time, false);

    private static CallInFlight OfGoroutine(ulong goroutine, uint depth, ulong time) =>
        new(Key((7UL << 32) | depth, goroutine), time, true);

    private static byte[] Key(ulong first, ulong second)
    {
        var key = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(key, first);
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(8), second);
        return key;
    }
}
