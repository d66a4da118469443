using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Ring;
using TraceAgent.Bpf.Uprobes;
using TraceAgent.Capture.Plans;
using TraceAgent.Linux;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Bpf;

/// <summary>
/// Everything that one agent holds in the kernel: the maps that its probes share, and its slots. Nothing outlives the process.
/// </summary>
public sealed class BpfSession : IDisposable
{
    public const int DefaultRingBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly BpfMap _ring;
    private readonly ControlMap _control;
    private readonly CounterMap _counters;
    private readonly MarkMap _marks;
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
        _grace = DedicatedThread.Run(() => GracePeriod.Open(method));
        try
        {
            var counters = Task.Run(static () => new CounterMap());
            _waits = DedicatedThread.Run(() => SleepableReads.Find(policy));
            _self = AgentProcessId.Id();
            SeesAllProcesses = AgentProcessId.IsShownAs(_self);
            _ring = BpfMap.Create(MapType.RingBuffer, "ta_ring", MapSize.OfRing(ringBytes));
            _ = DedicatedThread.Run(() => DescriptorTable.Grow(_ring.Fd));
            _control = new ControlMap(ringBytes / 4);
            _marks = new MarkMap();
            Ring = new RingReader(_ring.Fd, ringBytes, ProbeCompiler.MaxRecordSize, _control);
            _counters = counters.GetAwaiter().GetResult();
        }
        catch (KernelException)
        {
            // The first uprobe fails for the same reason, and its message names what is missing.
            AwaitAttachable();
            throw;
        }
    }

    /// <summary>The way in which probes are attached on this kernel. Waits until it is known.</summary>
    /// <exception cref="KernelException">They cannot be.</exception>
    public AttachMethod AttachMethod => Grace.AttachMethod;

    public RingReader Ring { get; }

    /// <summary>
    /// True when /proc lists every process under the ID that the kernel's programs report. In a PID namespace other than the
    /// first, other processes have these IDs there.
    /// </summary>
    public bool SeesAllProcesses { get; }

    /// <param name="ringBytes">Size of the ring buffer: a power of two, at least a page.</param>
    /// <param name="method">The method of attaching; null for the best that the kernel has.</param>
    /// <param name="policy">
    /// The policy on waiting for pages, where the kernel lets programs wait; null for <see cref="WaitPolicy.Trusted"/>.
    /// </param>
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

    /// <summary>Opens a session as <see cref="Open"/> does, but does not wait for what <see cref="AwaitAttachable"/> waits for.</summary>
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

    /// <summary>Waits until a first probe was attached. No other probe can be attached before.</summary>
    /// <exception cref="KernelException">Not permitted, or a feature is missing; the message names the remedy.</exception>
    public void AwaitAttachable() => _ = Grace;

    /// <summary>
    /// Announces that probes are about to be attached: the RCU grace period that the first of them waits for begins now. Called
    /// by one thread only.
    /// </summary>
    public void ExpectAttach() => Grace.Expect();

    /// <summary>
    /// True when this many probes may be loaded before the first of them is attached: all are open at once, and attaching needs
    /// more descriptors.
    /// </summary>
    public static bool HasRoomFor(int probes) => probes <= DescriptorTable.Limit / 8;

    /// <summary>Compiles and loads the programs of a plan. The probe is not attached, and inactive.</summary>
    /// <param name="plan">The plan to compile.</param>
    /// <param name="rule">Names the programs.</param>
    /// <param name="sibling">A probe of the same rule that is not closed, if any: they share the rule's limit and, for calls, its
    /// table of those in flight.</param>
    /// <exception cref="KernelException">The kernel refused a program or a map.</exception>
    public LoadedProbe Load(CapturePlan plan, string rule, LoadedProbe? sibling = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var taken = TakeSlot(sibling?.Limiter);
        try
        {
            return new LoadedProbe(this, taken, plan, rule, sibling);
        }
        catch
        {
            Free(taken.Slot, taken.Limiter);
            throw;
        }
    }

    /// <summary>
    /// Hands the hits of <paramref name="previous"/> over to <paramref name="next"/>, each hit to exactly one of them. At every
    /// site, one of <paramref name="previous"/> and one of <paramref name="next"/> is attached, the latter later. To be followed
    /// by <see cref="Settle"/>.
    /// </summary>
    public Switchover Switch(IReadOnlyList<LoadedProbe> previous, IReadOnlyList<LoadedProbe> next)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(next);
        lock (_gate)
        {
            var number = _nextSwitch;
            _nextSwitch = number == StateWord.LastSwitch ? 0 : number + 1;

            // The older probes first: when the new one marks a call that the older does not check for, both log it.
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
    /// Ends all switches that were begun on these probes' sites: waits until no handler runs that began before them, then the
    /// predecessors take no more hits, and are detached from what takes hits.
    /// </summary>
    public void Settle(IReadOnlyCollection<Switchover> switches)
    {
        ArgumentNullException.ThrowIfNull(switches);
        Grace.Wait();
        var previous = switches.SelectMany(one => one.Previous).ToList();
        lock (_gate)
        {
            // The former probes become inactive, and check no marks, before the newest stop setting them: each hit is logged once.
            foreach (var probe in previous)
            {
                _control[probe.Slot] = StateWord.Inactive;
            }

            foreach (var probe in switches.SelectMany(one => one.Next))
            {
                _control[probe.Slot] = StateWord.WithoutMarks(_control[probe.Slot]);
            }
        }

        LoadedProbe.CloseTaking(previous);
        _marks.Remove(switches.Select(one => one.Number).ToHashSet());
    }

    /// <summary>
    /// Finds out which probes were hit since the last call, or are new: <see cref="LoadedProbe.WasHit"/>. No system call. Called by
    /// one thread.
    /// </summary>
    /// <returns>True when there is one.</returns>
    public bool TakeHits() => _control.TakeHits();

    /// <summary>
    /// Waits until every handler that is running now has ended. The counters of a probe that was deactivated before do not change
    /// afterwards.
    /// </summary>
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
            // It never opened; whoever awaited it got this exception.
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

    /// <summary>The places where the kernel keeps what it knows of a thread.</summary>
    internal TaskFields TaskFields { get; } = new();

    internal void SetActive(uint slot, bool active)
    {
        lock (_gate)
        {
            _control[slot] = active ? StateWord.Active : StateWord.Inactive;
        }
    }

    internal KernelCounts CountsOf(uint slot) => _counters.Read(slot);

    internal bool WasHit(uint slot) => _control.WasHit(slot);

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
            _control.NoteHit(slot);
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
