using TraceAgent.Bpf.Maps;
using TraceAgent.Bpf.Programs;
using TraceAgent.Bpf.Ring;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Notices;

/// <summary>
/// Reports which processes begin, execute and end. <see cref="Wait"/> may be called by one thread while another drains;
/// <see cref="Drain"/> by one at a time.
/// </summary>
public sealed unsafe class ProcessTracker : IDisposable
{
    private const string Ring = "ta_notices";
    private const short PollIn = 1;

    /// <summary>
    /// The number of times that <see cref="Drain"/> checks for a notice that another CPU is just writing; from the half on once
    /// per ms.
    /// </summary>
    private const int MaxPolls = 40;

    private readonly BpfObject _object;
    private readonly int _fd;
    private readonly MappedMap _variables;
    private readonly RingReader _ring;
    private readonly WakeSignal _wake = new();
    private readonly Lock _signalsGate = new();
    private SignalWatch? _signals;
    private bool _isDisposed;

    private ProcessTracker(BpfObject attached)
    {
        _object = attached;
        _fd = attached.MapFd(Ring);
        _variables = MappedMap.ReadOnly(attached.MapFd(BpfObject.Variables), BpfObject.Variables, 0, Environment.SystemPageSize);
        _ring = new RingReader(_fd, attached.MapEntries(Ring), ProcessNotice.MaxSize);
    }

    /// <summary>False when all notices so far have been taken.</summary>
    public bool HasNotices => _ring.Produced != _ring.Consumed;

    /// <summary>Notices that were lost because the ring was full. Cheap.</summary>
    public long Lost => _variables[0];

    /// <summary>Notices that were lost because the kernel skipped a program (recursion_misses). Costs a few system calls.</summary>
    public long Skipped => _object.Misses;

    /// <summary>Loads and attaches the programs: notices begin now.</summary>
    /// <exception cref="KernelException">Not permitted, or the kernel does not tell its types; the message names the remedy.</exception>
    public static ProcessTracker Start()
    {
        var attached = BpfObject.Attach("process");
        try
        {
            return new ProcessTracker(attached);
        }
        catch
        {
            attached.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts notices of fatal signals and of ends. Takes some tens of ms, most of them in the kernel's verifier;
    /// <see cref="Dispose"/> waits for it.
    /// </summary>
    /// <exception cref="KernelException">Not permitted, or the kernel does not tell its types.</exception>
    public void WatchSignals()
    {
        lock (_signalsGate)
        {
            if (!_isDisposed)
            {
                _signals ??= SignalWatch.Start(_fd, _object.MapFd(BpfObject.Variables));
            }
        }
    }

    /// <summary>
    /// Waits until there may be notices, at most this long. An execution ends the wait at once, as <see cref="Wake"/> does; other
    /// notices may not.
    /// </summary>
    public void Wait(int timeoutMs)
    {
        var polls = stackalloc Libc.PollDescriptor[2];
        polls[0] = new Libc.PollDescriptor { Fd = _fd, Events = PollIn };
        polls[1] = new Libc.PollDescriptor { Fd = _wake.Fd, Events = PollIn };

        // Interrupted, or timed out: the caller checks for notices in any case.
        if (Libc.Poll(polls, 2, timeoutMs) > 0 && (polls[1].Returned & PollIn) != 0)
        {
            _wake.Clear();
        }
    }

    /// <summary>Ends the current <see cref="Wait"/>, or the next one. Any thread may call it.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Takes every notice of what processes did before this call: a process runs on only when its notice is in the ring.</summary>
    /// <returns>False when a notice was being written all the time, and it and those after it are still to come.</returns>
    public bool Drain(IRecordConsumer consumer)
    {
        var end = _ring.Produced;
        for (var poll = 0; poll < MaxPolls; poll++)
        {
            _ring.Read(consumer);
            // Positions never start again, and wrap: compare the difference.
            if (_ring.Consumed - end >= 0)
            {
                return true;
            }

            Thread.Sleep(poll < MaxPolls / 2 ? 0 : 1);
        }

        return false;
    }

    public void Dispose()
    {
        lock (_signalsGate)
        {
            _isDisposed = true;
            _signals?.Dispose();
        }

        _wake.Set();
        _ring.Dispose();
        _variables.Dispose();
        _object.Dispose();
        _wake.Dispose();
    }
}
