using System.Runtime.InteropServices;
using TraceAgent.Bpf.Code;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;

namespace TraceAgent.Bpf;

/// <summary>All that one agent holds in the kernel: the maps that its probes share, and its slots. Nothing outlives the process.</summary>
public sealed class BpfSession : IDisposable
{
    public const int DefaultRingBytes = 8 << 20;

    private const int MarkEntries = 65536;
    private const int MarkSize = 8;

    private readonly Lock _gate = new();
    private readonly BpfMap _ring;
    private readonly ControlMap _control;
    private readonly CounterMap _counters;
    private readonly BpfMap _marks;
    private readonly GracePeriod _grace;
    private readonly bool[] _usedSlots = new bool[ControlLayout.Slots];
    private int _lastSlot;

    private BpfSession(int ringBytes, AttachWay? way)
    {
        _grace = GracePeriod.Open(way);
        _ring = BpfMap.Create(MapType.RingBuffer, "ta_ring", 0, 0, ringBytes);
        _control = new ControlMap();
        _counters = new CounterMap();
        _marks = BpfMap.Create(MapType.Hash, "ta_marks", StackFrame.MarkKeySize, MarkSize, MarkEntries, BpfMap.NoPreallocation);
        Ring = new RingReader(_ring, ringBytes);
    }

    /// <summary>How probes are attached here.</summary>
    public AttachWay Way => _grace.Way;

    public RingReader Ring { get; }

    /// <param name="ringBytes">Size of the ring buffer: a power of two, at least a page.</param>
    /// <param name="way">How to attach; null for the best that the kernel has.</param>
    /// <exception cref="KernelException">Not permitted, or a feature is missing; the message names the remedy.</exception>
    public static BpfSession Open(int ringBytes = DefaultRingBytes, AttachWay? way = null)
    {
        if (!NativeLibrary.TryLoad(LibBpf.Library, out _))
        {
            throw new KernelException(
                "load", LibBpf.Library, KernelException.Enoent, "install libbpf1 (Debian, Ubuntu) or libbpf (Fedora, RHEL); version 1.0 or newer");
        }

        return new BpfSession(ringBytes, way);
    }

    /// <summary>Compiles and loads the programs of a plan. The probe is not attached, and inactive.</summary>
    /// <param name="plan">What to capture.</param>
    /// <param name="rule">Names the programs.</param>
    /// <param name="predecessor">The probe that it is to replace, if any.</param>
    /// <exception cref="KernelException">The kernel refused a program or a map.</exception>
    public LoadedProbe Load(CapturePlan plan, string rule, LoadedProbe? predecessor = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var slot = TakeSlot();
        try
        {
            return new LoadedProbe(this, slot, plan, rule, predecessor);
        }
        catch
        {
            FreeSlot(slot);
            throw;
        }
    }

    /// <summary>
    /// From now on, <paramref name="next"/> takes the hits that <paramref name="previous"/> took, each by exactly one of the
    /// two. Both are attached to the same sites, <paramref name="next"/> later. To be followed by <see cref="Settle"/>.
    /// </summary>
    public void Switch(LoadedProbe previous, LoadedProbe next)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(next);
        lock (_gate)
        {
            // In this order: a mark that the older one does not look for would be a call logged twice.
            _control[previous.Slot] |= StateWord.Yields;
            _control.SetLimiter(next.Slot, _control.GetLimiter(previous.Slot));
            _control[next.Slot] = StateWord.Active | StateWord.Marks | ((long)previous.Slot << StateWord.PredecessorShift);
        }
    }

    /// <summary>
    /// Ends switches, all that were begun on these probes' sites: waits until no handler runs that began before them, then
    /// the predecessors take nothing any more, and are detached from what takes hits.
    /// </summary>
    public void Settle(IReadOnlyCollection<(LoadedProbe Previous, LoadedProbe Next)> switches)
    {
        ArgumentNullException.ThrowIfNull(switches);
        _grace.Wait();
        lock (_gate)
        {
            // Every hit that begins now is decided by the newest: first nobody looks for marks, then nobody makes them.
            foreach (var (previous, _) in switches)
            {
                _control[previous.Slot] = StateWord.Inactive;
            }

            foreach (var (_, next) in switches)
            {
                _control[next.Slot] &= StateWord.Active | StateWord.Yields;
            }
        }

        var slots = new HashSet<uint>();
        Closing.All([.. switches.Select<(LoadedProbe Previous, LoadedProbe), Action>(one => one.Previous.CloseTaking)]);
        foreach (var (previous, _) in switches)
        {
            slots.Add(previous.Slot);
        }

        foreach (var key in _marks.Keys())
        {
            if (slots.Contains(MemoryMarshal.Read<uint>(key.AsSpan(16))))
            {
                _ = _marks.Delete(key);
            }
        }
    }

    /// <summary>Waits until every handler that is running now has ended: after a probe was deactivated, its counters stand still.</summary>
    public void WaitForHandlers() => _grace.Wait();

    public void Dispose()
    {
        Ring.Dispose();
        _marks.Dispose();
        _counters.Dispose();
        _control.Dispose();
        _ring.Dispose();
        _grace.Dispose();
    }

    internal ProbeBinding Bind(uint slot, int inFlight) =>
        new(slot, (uint)Environment.ProcessId, _ring.Fd, _control.Fd, _counters.Fd, _marks.Fd, inFlight);

    internal void SetActive(uint slot, bool active)
    {
        lock (_gate)
        {
            _control[slot] = active ? StateWord.Active : StateWord.Inactive;
        }
    }

    internal KernelCounts CountsOf(uint slot) => _counters.Read(slot);

    internal void FreeSlot(uint slot)
    {
        lock (_gate)
        {
            _usedSlots[slot] = false;
        }
    }

    private uint TakeSlot()
    {
        lock (_gate)
        {
            for (var i = 1; i <= ControlLayout.Slots; i++)
            {
                var slot = (_lastSlot + i) % ControlLayout.Slots;
                if (!_usedSlots[slot])
                {
                    _usedSlots[slot] = true;
                    _lastSlot = slot;
                    _control[(uint)slot] = StateWord.Inactive;
                    _control.SetLimiter((uint)slot, 0);
                    _counters.Reset((uint)slot);
                    return (uint)slot;
                }
            }
        }

        throw new KernelException("load", "one more probe", KernelException.E2Big, $"an agent holds at most {ControlLayout.Slots} probes");
    }
}
