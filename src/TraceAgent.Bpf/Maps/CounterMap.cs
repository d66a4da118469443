using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;

namespace TraceAgent.Bpf.Maps;

/// <summary>The kernel's counters for one slot, summed over all CPUs.</summary>
public readonly record struct KernelCounts
{
    /// <summary>Hits taken; for a call rule, calls that completed or whose entry was lost.</summary>
    public long Calls { get; init; }

    /// <summary>Calls without a record, because the ring or the table of calls in flight was full.</summary>
    public long Lost { get; init; }

    /// <summary>Lost calls that had no room among the calls in flight.</summary>
    public long LostInFlight { get; init; }

    /// <summary>
    /// Entries of a call rule whose return was never seen (longjmp, an exception, or a jump that cannot be probed).
    /// </summary>
    public long Unreturned { get; init; }

    /// <summary>Calls that did not pass a condition.</summary>
    public long Filtered { get; init; }

    /// <summary>Calls left out by sampling.</summary>
    public long Sampled { get; init; }

    /// <summary>Calls over the limit.</summary>
    public long Limited { get; init; }

    /// <summary>Hits that are neither the entry nor the end of a call: see <see cref="CounterLayout.Passing"/>.</summary>
    public long Passing { get; init; }

    public static KernelCounts operator +(KernelCounts a, KernelCounts b) => new()
    {
        Calls = a.Calls + b.Calls,
        Lost = a.Lost + b.Lost,
        LostInFlight = a.LostInFlight + b.LostInFlight,
        Unreturned = a.Unreturned + b.Unreturned,
        Filtered = a.Filtered + b.Filtered,
        Sampled = a.Sampled + b.Sampled,
        Limited = a.Limited + b.Limited,
        Passing = a.Passing + b.Passing,
    };
}

/// <summary>The counters of all slots, a set per CPU.</summary>
internal sealed unsafe class CounterMap : IDisposable
{
    private readonly BpfMap _map;
    private readonly int _cpus;

    public CounterMap()
    {
        _cpus = LibBpf.PossibleCpus();
        _map = BpfMap.Create(MapType.PerCpuArray, "ta_counters", new MapSize(4, CounterLayout.Size, ControlLayout.Slots));
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
            sum += new KernelCounts
            {
                Calls = own[CounterLayout.Calls / 8],
                Lost = own[CounterLayout.Lost / 8],
                LostInFlight = own[CounterLayout.LostInFlight / 8],
                Unreturned = own[CounterLayout.Unreturned / 8],
                Filtered = own[CounterLayout.Filtered / 8],
                Sampled = own[CounterLayout.Sampled / 8],
                Limited = own[CounterLayout.Limited / 8],
                Passing = own[CounterLayout.Passing / 8],
            };
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
