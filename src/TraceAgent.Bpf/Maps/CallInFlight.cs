using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Maps;

/// <summary>A call in the table of those in flight: see <see cref="Code.InFlightLayout"/>.</summary>
/// <param name="Key">The key of the table.</param>
/// <param name="Time">CLOCK_MONOTONIC ns of the entry.</param>
/// <param name="IsOfGoroutine">The key names a goroutine and not a thread.</param>
internal sealed record CallInFlight(byte[] Key, ulong Time, bool IsOfGoroutine)
{
    /// <summary>The process in the upper half; below it the thread, and in Go the bytes between stack pointer and stack's end.</summary>
    private ulong First => MemoryMarshal.Read<ulong>(Key);

    /// <summary>The stack pointer on entry; in Go the goroutine.</summary>
    private ulong Second => MemoryMarshal.Read<ulong>(Key.AsSpan(8));

    /// <summary>The folder in <c>/proc</c> that is gone when the call cannot return any more.</summary>
    public string Folder => IsOfGoroutine ? $"/proc/{First >> 32}" : $"/proc/{First >> 32}/task/{(uint)First}";

    private (ulong, ulong) Stack => IsOfGoroutine ? (First >> 32, Second) : (First, 0);

    /// <summary>The place on the stack: the higher, the less deep.</summary>
    private ulong Height => IsOfGoroutine ? uint.MaxValue - (uint)First : Second;

    /// <summary>
    /// The calls that another one of the same stack, which is less deep, was entered after: nothing returns to them any more.
    /// </summary>
    public static IEnumerable<CallInFlight> Abandoned(IEnumerable<CallInFlight> calls)
    {
        foreach (var stack in calls.GroupBy(call => call.Stack))
        {
            var highest = 0UL;
            foreach (var call in stack.OrderByDescending(call => call.Time))
            {
                if (call.Height < highest)
                {
                    yield return call;
                }

                highest = Math.Max(highest, call.Height);
            }
        }
    }
}
