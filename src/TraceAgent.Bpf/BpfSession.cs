using System.Runtime.InteropServices;
using TraceAgent.Bpf.Code;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Capture;
using TraceAgent.Linux;

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
    private readonly Task<GracePeriod> _grace;
    private readonly SlotPool _slots = new(ControlLayout.Slots);
    private readonly SlotPool _limiters = new(ControlLayout.Slots);
    private readonly Task<PageWaits?> _waits;
    private readonly uint _self;
    private uint _nextSwitch;

    private BpfSession(int ringBytes, AttachMethod? method, WaitPolicy policy)
    {
        // The first uprobe of a host that has none waits for an RCU grace period (dup_mmap_sem in kernel/events/uprobes.c): a
        // third of the time to the first rule, in which nothing else need wait.
        _grace = OwnThread.Run(() => GracePeriod.Open(method));
        try
        {
            var counters = Task.Run(static () => new CounterMap());
            _waits = OwnThread.Run(() => WaitingReads.Find(policy));
            _self = OwnProcess.Id();
            SeesAllProcesses = OwnProcess.IsShownAs(_self);
            _ring = BpfMap.Create(MapType.RingBuffer, "ta_ring", 0, 0, ringBytes);
            _ = OwnThread.Run(() => DescriptorTable.Grow(_ring.Fd));
            _control = new ControlMap(ringBytes / 4);
            _marks = BpfMap.Create(MapType.Hash, "ta_marks", StackFrame.MarkKeySize, MarkSize, MarkEntries, BpfMap.NoPreallocation);
            Ring = new RingReader(_ring.Fd, ringBytes, ProbeCompiler.MaxRecordSize, _control);
            _counters = counters.GetAwaiter().GetResult();
        }
        catch (KernelException)
        {
            // What has stopped it says more of what is missing.
            AwaitAttachable();
            throw;
        }
    }

    /// <summary>How probes are attached here; waits until it is known.</summary>
    /// <exception cref="KernelException">They cannot be.</exception>
    public AttachMethod AttachMethod => Grace.AttachMethod;

    public RingReader Ring { get; }

    /// <summary>
    /// Whether /proc has every process under the number that the kernel's programs tell. In a PID namespace of its own, other processes
    /// have these numbers there.
    /// </summary>
    public bool SeesAllProcesses { get; }

    /// <param name="ringBytes">Size of the ring buffer: a power of two, at least a page.</param>
    /// <param name="method">How to attach; null for the best that the kernel has.</param>
    /// <param name="policy">For whose pages programs wait where the kernel lets them; null for <see cref="WaitPolicy.Trusted"/>.</param>
    /// <exception cref="KernelException">Not permitted, or a feature is missing; the message names the remedy.</exception>
    public static BpfSession Open(int ringBytes = DefaultRingBytes, AttachMethod? method = null, WaitPolicy? policy = null)
    {
        var session = Begin(ringBytes, method, policy);
        try
        {
            session.AwaitAttachable();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="Open"/>, but does not wait for what <see cref="AwaitAttachable"/> waits for.</summary>
    /// <exception cref="KernelException">Not permitted, or a feature is missing; the message names the remedy.</exception>
    public static BpfSession Begin(int ringBytes, AttachMethod? method, WaitPolicy? policy)
    {
        if (!NativeLibrary.TryLoad(LibBpf.Library, out _))
        {
            throw new KernelException(
                "load",
                LibBpf.Library, KernelException.Enoent, "install libbpf1 (Debian, Ubuntu) or libbpf (Fedora, RHEL); version 1.0 or newer");
        }

        return new BpfSession(ringBytes, method, policy ?? WaitPolicy.Trusted);
    }

    /// <summary>Waits until a first probe was attached; nothing else can be before.</summary>
    /// <exception cref="KernelException">Not permitted, or a feature is missing; the message names the remedy.</exception>
    public void AwaitAttachable() => _ = Grace;

    /// <summary>Probes are about to be attached: what the kernel lets the first of them wait for begins now. For one thread.</summary>
    public void ExpectAttach() => Grace.Expect();

    /// <summary>Whether so many probes may be loaded before the first of them is attached: they are all open, and need more then.</summary>
    public static bool HasRoomFor(int probes) => probes <= DescriptorTable.Limit / 8;

    /// <summary>Compiles and loads the programs of a plan. The probe is not attached, and inactive.</summary>
    /// <param name="plan">What to capture.</param>
    /// <param name="rule">Names the programs.</param>
    /// <param name="sibling">A probe of the same rule that is not closed, if any: they share the rule's limit and, for calls, its
    /// table of those in flight.</param>
    /// <exception cref="KernelException">The kernel refused a program or a map.</exception>
    public LoadedProbe Load(CapturePlan plan, string rule, LoadedProbe? sibling = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var (slot, limiter) = TakeSlot(sibling?.Limiter);
        try
        {
            return new LoadedProbe(this, slot, limiter, plan, rule, sibling);
        }
        catch
        {
            Free(slot, limiter);
            throw;
        }
    }

    /// <summary>
    /// From now on, <paramref name="next"/> take the hits that <paramref name="previous"/> took, each by exactly one of them.
    /// At every site, one of <paramref name="previous"/> and one of <paramref name="next"/> is attached, the latter later.
    /// To be followed by <see cref="Settle"/>.
    /// </summary>
    public Switchover Switch(IReadOnlyList<LoadedProbe> previous, IReadOnlyList<LoadedProbe> next)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(next);
        lock (_gate)
        {
            var number = _nextSwitch;
            _nextSwitch = number == StateWord.LastSwitch ? 0 : number + 1;

            // In this order: a mark that the older one does not look for would be a call logged twice.
            foreach (var probe in previous)
            {
                _control[probe.Slot] |= StateWord.YieldingTo(number);
            }

            foreach (var probe in next)
            {
                _control[probe.Slot] = StateWord.MarkingFor(number);
            }

            return new Switchover(number, previous, next);
        }
    }

    /// <summary>
    /// Ends switches, all that were begun on these probes' sites: waits until no handler runs that began before them, then
    /// the predecessors take nothing any more, and are detached from what takes hits.
    /// </summary>
    public void Settle(IReadOnlyCollection<Switchover> switches)
    {
        ArgumentNullException.ThrowIfNull(switches);
        Grace.Wait();
        var previous = switches.SelectMany(one => one.Previous).ToList();
        lock (_gate)
        {
            // Every hit that begins now is decided by the newest: first nobody looks for marks, then nobody makes them.
            foreach (var probe in previous)
            {
                _control[probe.Slot] = StateWord.Inactive;
            }

            foreach (var probe in switches.SelectMany(one => one.Next))
            {
                _control[probe.Slot] = StateWord.WithoutMarks(_control[probe.Slot]);
            }
        }

        Closing.All([.. previous.Select<LoadedProbe, Action>(probe => probe.CloseTaking)]);
        var numbers = switches.Select(one => one.Number).ToHashSet();
        foreach (var key in _marks.Keys())
        {
            if (numbers.Contains(MemoryMarshal.Read<uint>(key.AsSpan(16)))
                && MemoryMarshal.Read<int>(key.AsSpan(20)) != StateWord.RestartMark)
            {
                _ = _marks.Delete(key);
            }
        }
    }

    /// <summary>Waits until every handler that is running now has ended: after a probe was deactivated, its counters stand still.</summary>
    public void WaitForHandlers() => Grace.Wait();

    public void Dispose()
    {
        Ring.Dispose();
        _marks.Dispose();
        _counters.Dispose();
        _control.Dispose();
        _ring.Dispose();
        try
        {
            Grace.Dispose();
        }
        catch (KernelException)
        {
            // It was never open, and whoever waited for it knows.
        }
    }

    private GracePeriod Grace => _grace.GetAwaiter().GetResult();

    internal ProbeBinding Bind(uint slot, Limiter limiter, int inFlight) => new()
    {
        Slot = slot,
        Limiter = limiter.Index,
        Waits = _waits.GetAwaiter().GetResult(),
        Self = _self,
        Ring = _ring.Fd,
        Control = _control.Fd,
        Counters = _counters.Fd,
        Marks = _marks.Fd,
        InFlight = inFlight,
    };

    internal void SetActive(uint slot, bool active)
    {
        lock (_gate)
        {
            _control[slot] = active ? StateWord.Active : StateWord.Inactive;
        }
    }

    internal KernelCounts CountsOf(uint slot) => _counters.Read(slot);

    internal void Free(uint slot, Limiter limiter)
    {
        lock (_gate)
        {
            _slots.Free(slot);
            if (--limiter.Users == 0)
            {
                _limiters.Free(limiter.Index);
            }
        }
    }

    private (uint Slot, Limiter Limiter) TakeSlot(Limiter? limiter)
    {
        lock (_gate)
        {
            if (_slots.Take() is not { } slot)
            {
                throw new KernelException(
                    "load", "one more probe", KernelException.E2Big, $"an agent holds at most {ControlLayout.Slots} probes");
            }

            _control[slot] = StateWord.Inactive;
            _counters.Reset(slot);
            if (limiter is null)
            {
                // There are as many as probes, and each has at least one user.
                limiter = new Limiter(_limiters.Take()!.Value);
                _control.ResetLimiter(limiter.Index);
            }

            limiter.Users++;
            return (slot, limiter);
        }
    }
}
