using System.Runtime.InteropServices;
using TraceAgent.Bpf.Code;

namespace TraceAgent.Bpf.Kernel;

/// <summary>The kernel's counters for one slot, summed over all CPUs.</summary>
/// <param name="Calls">Hits taken; for a call rule, calls that completed or whose entry was lost.</param>
/// <param name="Lost">Calls without a record, because the ring or the table of calls in flight was full.</param>
/// <param name="Unreturned">
/// Entries of a call rule whose return was never seen (longjmp, an exception, or a jump that cannot be probed).
/// </param>
/// <param name="Filtered">Calls that did not pass a condition.</param>
/// <param name="Sampled">Calls left out by sampling.</param>
/// <param name="Limited">Calls over the limit.</param>
/// <param name="Passing">Hits that are neither the entry nor the end of a call: see <see cref="CounterLayout.Passing"/>.</param>
/// <param name="LostInFlight">Lost calls that had no room among the calls in flight.</param>
public readonly record struct KernelCounts(
    long Calls, long Lost, long Unreturned, long Filtered = 0, long Sampled = 0, long Limited = 0, long Passing = 0,
    long LostInFlight = 0)
{
    public static KernelCounts operator +(KernelCounts a, KernelCounts b) => new(
        a.Calls + b.Calls, a.Lost + b.Lost, a.Unreturned + b.Unreturned,
        a.Filtered + b.Filtered, a.Sampled + b.Sampled, a.Limited + b.Limited,
        a.Passing + b.Passing, a.LostInFlight + b.LostInFlight);
}

/// <summary>The counters of all slots, a set per CPU.</summary>
internal sealed unsafe class CounterMap : IDisposable
{
    /// <summary>Bytes of counters that one system call reads at most.</summary>
    private const int MaxBatchBytes = 128 << 10;

    private readonly BpfMap _map;
    private readonly int _cpus;

    /// <summary>All counters of a slot together, as of the last <see cref="FindNews"/>; -1 for a slot that was taken since.</summary>
    private readonly long[] _seen = new long[ControlLayout.Slots];
    private readonly bool[] _hasNews = new bool[ControlLayout.Slots];
    private readonly uint[] _slots = new uint[ControlLayout.Slots];
    private readonly uint[] _keys;
    private readonly long[] _values;

    public CounterMap()
    {
        _cpus = LibBpf.PossibleCpus();
        _map = BpfMap.Create(MapType.PerCpuArray, "ta_counters", 4, CounterLayout.Size, ControlLayout.Slots);
        _keys = new uint[Math.Max(1, MaxBatchBytes / (CounterLayout.Size * _cpus))];
        _values = new long[_keys.Length * WordsPerSlot];
    }

    public int Fd => _map.Fd;

    private int WordsPerSlot => CounterLayout.Size / sizeof(long) * _cpus;

    /// <summary>True when the slot had counted something since the <see cref="FindNews"/> before the last, or is another probe's.</summary>
    public bool HasNews(uint slot) => _hasNews[slot];

    /// <summary>
    /// Finds out which slots have counted something since the last time, by one system call for many: an idle agent with a
    /// thousand rules asks once a second. Used by one thread.
    /// </summary>
    public void FindNews(SlotPool used)
    {
        var slots = _slots.AsSpan(0, used.ListUsed(_slots));
        for (var i = 0; i < slots.Length;)
        {
            var first = slots[i];
            var end = i + 1;
            while (end < slots.Length && slots[end] - first < (uint)_keys.Length)
            {
                end++;
            }

            var isRead = TryReadBatch(first, slots[end - 1] - first + 1);
            for (; i < end; i++)
            {
                var slot = slots[i];
                var sum = isRead ? Sum((int)(slot - first)) : -1;
                _hasNews[slot] = sum < 0 || sum != Volatile.Read(ref _seen[slot]);
                _seen[slot] = sum;
            }
        }
    }

    public KernelCounts Read(uint slot)
    {
        var values = new byte[CounterLayout.Size * _cpus];
        if (!_map.TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in slot)), values))
        {
            throw new InvalidOperationException($"slot {slot} has no counters");
        }

        var sum = default(KernelCounts);
        for (var cpu = 0; cpu < _cpus; cpu++)
        {
            var own = MemoryMarshal.Cast<byte, long>(values.AsSpan(cpu * CounterLayout.Size, CounterLayout.Size));
            sum += new KernelCounts(
                own[CounterLayout.Calls / 8], own[CounterLayout.Lost / 8], own[CounterLayout.Unreturned / 8],
                own[CounterLayout.Filtered / 8], own[CounterLayout.Sampled / 8], own[CounterLayout.Limited / 8],
                own[CounterLayout.Passing / 8], own[CounterLayout.LostInFlight / 8]);
        }

        return sum;
    }

    public void Reset(uint slot)
    {
        var zeros = new byte[CounterLayout.Size * _cpus];
        fixed (byte* zerosAt = zeros)
        {
            _ = LibBpf.MapUpdate(_map.Fd, &slot, zerosAt, 0);
        }

        Volatile.Write(ref _seen[slot], -1);
    }

    public void Dispose() => _map.Dispose();

    /// <summary>Reads the counters of slots one behind the other; false when the kernel does not do that (before 5.13).</summary>
    private bool TryReadBatch(uint first, uint count)
    {
        // A batch begins behind a key (generic_map_lookup_batch in kernel/bpf/syscall.c).
        var (after, end, done) = (first - 1, 0u, count);
        fixed (uint* keysAt = _keys)
        fixed (long* valuesAt = _values)
        {
            return LibBpf.MapLookupBatch(_map.Fd, first == 0 ? null : &after, &end, keysAt, valuesAt, &done, null) == 0 && done == count;
        }
    }

    private long Sum(int index)
    {
        long sum = 0;
        foreach (var word in _values.AsSpan(index * WordsPerSlot, WordsPerSlot))
        {
            sum += word;
        }

        return sum;
    }
}
