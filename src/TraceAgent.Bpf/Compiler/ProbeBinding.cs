using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The environment that a program is bound to when it is compiled: its slot and the file descriptors of the maps.</summary>
public sealed record ProbeBinding
{
    /// <summary>Index of the probe's state word and counters; written into each of its records.</summary>
    public uint Slot { get; init; }

    /// <summary>Index of the token bucket, which the probes of one rule share.</summary>
    public uint Limiter { get; init; }

    /// <summary>The pages that programs wait for: see <see cref="PageTouch"/>. Null for none.</summary>
    public PageWaits? Waits { get; init; }

    /// <summary>
    /// Process ID of the agent in the first PID namespace. Its own hits are ignored: logging them would make more of them.
    /// </summary>
    public uint Self { get; init; }

    /// <summary>Bytes from the start of the kernel's <c>task_struct</c> to the thread pointer, for plans that use it.</summary>
    public int ThreadPointer { get; init; }

    /// <summary>Bytes from the start of the kernel's <c>task_struct</c> to when the thread began, for plans that need it.</summary>
    public int ThreadStart { get; init; }

    /// <summary>The map with registers as they were on entry: see <see cref="EntryValueLayout"/>. -1 for none.</summary>
    public int EntryValues { get; init; } = -1;

    public int Ring { get; init; }

    public int Control { get; init; }

    public int Counters { get; init; }

    public int Marks { get; init; }

    public int InFlight { get; init; }

    /// <summary>Bytes of a value of <see cref="InFlight"/>.</summary>
    public int InFlightSize { get; init; }

    /// <summary>The map with the durations of calls that are left out: see <see cref="DurationLayout"/>. -1 for none.</summary>
    public int Durations { get; init; } = -1;
}

/// <summary>One kernel program of a probe.</summary>
/// <param name="OnReturn">True when it is attached to returns, or to instructions at which calls end.</param>
/// <param name="Sleepable">True when it may wait for a page (BPF_F_SLEEPABLE).</param>
public sealed record ProbeProgram(bool OnReturn, bool Sleepable, Instruction[] Instructions)
{
    /// <summary>The functions of <see cref="PageCheck"/> in the program; null when it has none but itself.</summary>
    internal ProgramFunctions? Functions { get; init; }
}

/// <summary>The places where the functions of a program begin, as instructions from its first.</summary>
internal sealed record ProgramFunctions(int Touch, int Judge);

/// <summary>
/// The <c>control</c> map: one value that user space maps into memory. It holds words on waking the reader, a state word per
/// slot, as many limiters, and zeros, which programs hand to the kernel where it wants an initial value.
/// </summary>
public static class ControlLayout
{
    public const int Slots = 4096;

    private const int StateWords = 128;

    /// <summary>u64: CLOCK_MONOTONIC ns until which the reader wakes by itself; 0 when it waits for the next record.</summary>
    public const int QuietUntil = 0;

    /// <summary>u64: bytes in the ring above which the reader is always woken.</summary>
    public const int FillMark = 8;

    /// <summary>
    /// u64: CLOCK_MONOTONIC ns of the last wakeup of the reader by a program. It has its own cache line, because programs write
    /// it.
    /// </summary>
    public const int LastWakeup = 64;

    public const int Zeros = StateWords + (Slots * 16);

    /// <summary>Bytes of zeros: the largest entry part of a call.</summary>
    public const int ZerosSize = 65536;

    private const int HitFlags = Zeros + ZerosSize;

    public const int Size = HitFlags + Slots;

    public static int StateWord(uint slot) => StateWords + ((int)slot * 8);

    /// <summary>
    /// u8: 1 when the probe was hit since user space has set it to 0, which finds in it which of a thousand rules have counted
    /// something without asking the kernel for each. Programs write it only where it is 0, since all CPUs share it.
    /// </summary>
    public static int HitFlag(uint slot) => HitFlags + (int)slot;

    /// <summary>u64: when the next event of a limited probe would be due if they came evenly, CLOCK_MONOTONIC ns.</summary>
    public static int Limiter(uint index) => StateWords + (Slots * 8) + ((int)index * 8);
}

/// <summary>
/// The state word of a slot. A program takes a hit only when it is <see cref="Active"/>. While probes replace others on the
/// same sites, both are attached; the kernel runs the newer one first (consumer_add in kernel/events/uprobes.c puts it at
/// the head). The newer marks each hit that it takes with the number of the switch, the older takes only what is not
/// marked so: whichever state the two read, exactly one takes the hit.
/// </summary>
public static class StateWord
{
    public const long Inactive = 0;
    public const long Active = 1;

    /// <summary>The flag of a probe that marks what it takes for its predecessors, with the switch in the upper half.</summary>
    public const long Marks = 2;

    /// <summary>The flag of a probe that ignores what its successors have marked with the switch in bits 8 to 31.</summary>
    public const long Yields = 4;

    public const int YieldsToShift = 8;

    public const int MarksForShift = 32;

    /// <summary>The bit in the last word of a mark's key that says that the mark is of a loop back to an entry, not of a switch.</summary>
    public const int RestartMark = 2;

    /// <summary>The highest number of a switch; the lowest is 0.</summary>
    public const uint LastSwitch = 0xff_ffff;

    /// <summary>The state of a probe that takes what is not marked.</summary>
    public static long YieldingTo(uint number) => Yields | ((long)number << YieldsToShift);

    /// <summary>The state of a probe that takes hits from its predecessors.</summary>
    public static long MarkingFor(uint number) => Active | Marks | ((long)number << MarksForShift);

    /// <summary>The state of the same probe when its predecessors are gone.</summary>
    public static long WithoutMarks(long word) => word & uint.MaxValue & ~Marks;
}

/// <summary>
/// The cookie that a program gets with a hit: which site was hit, or at whose exit it is. Where calls are not paired, an exit has its
/// own offset instead of the entry's.
/// </summary>
public static class SiteCookie
{
    /// <summary>
    /// The bit above which the cookie has the offset of the entry in its file, which tells functions of one rule apart; below it
    /// is the index of the site.
    /// </summary>
    public const int FunctionShift = 32;

    /// <param name="index">The index of the site among those of its probe.</param>
    /// <param name="offset">The offset of the entry, bytes from the start of the file.</param>
    public static ulong Of(ulong index, ulong offset) => (offset << FunctionShift) | (uint)index;
}

/// <summary>
/// The value of a call in flight. Its key: the process in the upper 32 bits, then the thread and the stack pointer on entry (in
/// Go the distance of the stack pointer from the end of the goroutine's stack, and the goroutine); and the function, since one
/// that leaves to another by a jump ends together with it. The table is the rule's: a probe that replaces another writes into the
/// same one, so that an entry left behind by longjmp is never taken for its own.
/// </summary>
public static class InFlightLayout
{
    /// <summary>u64: CLOCK_MONOTONIC ns of the entry.</summary>
    public const int Time = 0;

    /// <summary>u32: slot of the probe that took the call.</summary>
    public const int Slot = 8;

    /// <summary>u32: 0 while the call is in its function, else <see cref="Jumping"/> or <see cref="Arrived"/>.</summary>
    public const int Left = 12;

    /// <summary>The call has jumped to another function.</summary>
    public const int Jumping = 1;

    /// <summary>The call was seen to enter that function, which is entered by a jump once only.</summary>
    public const int Arrived = 2;

    /// <summary>u64: the return address, in plans whose calls may end in other functions; unused in others.</summary>
    public const int Caller = 16;

    /// <summary>The offset of what was read on entry, as it lies in the record.</summary>
    public const int EntryPart = 24;

    /// <summary>
    /// The offset behind what was read on entry: a u64 that says where the file lies in the process, in plans that read it on return
    /// (<see cref="CapturePlan.KeepsLoadAddress"/>); others end there.
    /// </summary>
    public static int LoadAddress(CapturePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return EntryPart + plan.LayoutOf(EventKind.Call).EntryPartSize;
    }
}

/// <summary>Offsets in bytes of the u64 counters of a slot; one set per CPU.</summary>
public static class CounterLayout
{
    /// <summary>Hits that the probe took; for a call rule, calls that completed or whose entry was lost.</summary>
    public const int Calls = 0;

    /// <summary>Calls without a record: the ring, or the table of calls in flight, was full.</summary>
    public const int Lost = 8;

    /// <summary>Entries of a call rule whose return was never seen.</summary>
    public const int Unreturned = 16;

    /// <summary>Hits that did not pass a condition.</summary>
    public const int Filtered = 24;

    /// <summary>Hits left out by sampling.</summary>
    public const int Sampled = 32;

    /// <summary>Hits over the limit.</summary>
    public const int Limited = 40;

    /// <summary>
    /// Hits of probed instructions that end no call of the rule, such as those of a function that others call too, and of an
    /// entry that a loop passes. They are no calls, but they cost as much.
    /// </summary>
    public const int Passing = 48;

    /// <summary>
    /// Lost calls whose entry had no room in the table of calls in flight, or whose goroutine could not be read.
    /// </summary>
    public const int LostInFlight = 56;

    public const int Size = 64;
}
