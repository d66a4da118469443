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
    private readonly BpfMap _map;
    private readonly int _cpus;

    public CounterMap()
    {
        _cpus = LibBpf.PossibleCpus();
        _map = BpfMap.Create(MapType.PerCpuArray, "ta_counters", 4, CounterLayout.Size, ControlLayout.Slots);
    }

    public int Fd => _map.Fd;

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
    }

    public void Dispose() => _map.Dispose();
}
