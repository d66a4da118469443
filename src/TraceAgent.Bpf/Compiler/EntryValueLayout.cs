using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// The layout of the table in which argument registers are kept when a function is entered. The key has 24 bytes: process and thread, the
/// stack pointer on entry, and when the thread began, since a child that was forked within the call has a stack at the same addresses, and
/// numbers of threads are used again. The value has the argument registers, in their order.
/// </summary>
internal static class EntryValueLayout
{
    public const int KeySize = 24;

    public const int KeyStackPointer = 8;

    public const int KeyThreadStart = 16;

    /// <summary>Calls that are kept; the kernel forgets the oldest of more, and values of those are <c>entry_not_seen</c>.</summary>
    public const int MaxCalls = 16_384;

    /// <summary>Bytes of a value.</summary>
    public static int ValueSize(Architecture architecture) => architecture.ArgumentRegisters.Count * sizeof(ulong);
}
