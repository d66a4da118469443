using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Maps;

/// <summary>The calls in flight of one rule, shared by its probes: those at the same time and those one after the other.</summary>
internal sealed class InFlightTable
{
    /// <summary>The minimum size of a value, so that successors of most probes fit.</summary>
    private const int MinValueSize = StackFrame.CallValueSize;

    /// <summary>The maximum number of calls of one rule in flight at once; more are counted as lost. Fewer where each keeps much.</summary>
    private const int MaxCalls = 65_536;
    private const int MinCalls = 8192;
    private const int MaxBytes = 32 << 20;

    private readonly BpfMap _map;
    private int _users = 1;

    private InFlightTable(int valueSize)
    {
        ValueSize = valueSize;
        var calls = Math.Clamp(MaxBytes / valueSize, MinCalls, MaxCalls);
        _map = BpfMap.Create(MapType.Hash, "ta_calls", new MapSize(StackFrame.CallKeySize, valueSize, calls), BpfMap.NoPreallocation);
    }

    public int Fd => _map.Fd;

    /// <summary>Bytes of a value.</summary>
    public int ValueSize { get; }

    /// <summary>The sibling's table where values of that size fit, else a new one. To be given back by <see cref="Leave"/>.</summary>
    public static InFlightTable ShareOrCreate(InFlightTable? sibling, int valueSize)
    {
        if (sibling is not null && sibling.ValueSize >= valueSize)
        {
            Interlocked.Increment(ref sibling._users);
            return sibling;
        }

        return new InFlightTable(Math.Max(valueSize, MinValueSize));
    }

    /// <summary>The number of calls that the probe of a slot has seen enter and not return.</summary>
    public int CountOf(uint slot) => CallsOf(slot, ofGoroutines: false).Count;

    /// <summary>
    /// Removes the calls whose threads have ended (for goroutines, whose processes have); nothing else would remove them.
    /// </summary>
    /// <param name="slot">The slot of the probe.</param>
    /// <param name="ofGoroutines">The keys do not name threads.</param>
    /// <returns>The number of removed calls.</returns>
    public int RemoveDead(uint slot, bool ofGoroutines)
    {
        // bpf_get_current_pid_tgid (kernel/bpf/helpers.c) gives IDs of the first PID namespace.
        const string firstNamespace = "pid:[4026531836]";
        return new FileInfo("/proc/self/ns/pid").LinkTarget != firstNamespace
            ? 0
            : CallsOf(slot, ofGoroutines)
                .GroupBy(call => call.Folder)
                .Where(calls => !Directory.Exists(calls.Key))
                .Sum(calls => calls.Count(call => _map.Delete(call.Key)));
    }

    /// <summary>
    /// Removes the calls that were left without a return, as by an exception: their thread has entered another call since, less
    /// deep on its stack. In a thread with several stacks these may be calls that still return, so that this is for a full table.
    /// </summary>
    /// <param name="slot">The slot of the probe.</param>
    /// <param name="ofGoroutines">The keys do not name threads.</param>
    /// <returns>The number of removed calls.</returns>
    public int RemoveAbandoned(uint slot, bool ofGoroutines)
    {
        var value = new byte[ValueSize];
        return CallInFlight.Abandoned(CallsOf(slot, ofGoroutines))
            .Count(call => Find(call.Key, slot, value) == call.Time && _map.Delete(call.Key));
    }

    /// <summary>Forgets the calls of a slot whose probe is closed, since the slot will be another's.</summary>
    public void Leave(uint slot)
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _map.Dispose();
            return;
        }

        CallsOf(slot, ofGoroutines: false).ForEach(call => _ = _map.Delete(call.Key));
    }

    private List<CallInFlight> CallsOf(uint slot, bool ofGoroutines)
    {
        var calls = new List<CallInFlight>();
        var value = new byte[ValueSize];
        foreach (var key in _map.Keys())
        {
            if (Find(key, slot, value) is { } time)
            {
                calls.Add(new CallInFlight(key, time, ofGoroutines));
            }
        }

        return calls;
    }

    /// <summary>The time of the entry of a call; null when it is not in flight any more, or another probe's.</summary>
    private ulong? Find(byte[] key, uint slot, byte[] value) =>
        _map.TryLookup(key, value) && MemoryMarshal.Read<uint>(value.AsSpan(InFlightLayout.Slot)) == slot
            ? MemoryMarshal.Read<ulong>(value.AsSpan(InFlightLayout.Time))
            : null;
}
