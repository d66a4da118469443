using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Ring;

/// <summary>
/// Waits for the announcements of a ring buffer, and for <see cref="Wake"/>: by epoll, edge-triggered, because poll(2) returns at once
/// while there are records, announced or not, and each would be read and written alone.
/// </summary>
internal sealed unsafe class RingWait : BpfHandle
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const uint In = 1;
    private const uint EdgeTriggered = 1u << 31;

    private readonly WakeSignal _signal;

    /// <exception cref="KernelException">The kernel refused.</exception>
    public RingWait(int mapFd)
        : base(Create())
    {
        try
        {
            _signal = new WakeSignal();
            Watch(mapFd);
            Watch(_signal.Fd);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Ends the current wait, or the next one. Any thread may call it.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Returns when records were announced since the last time, when this many ms have passed, or earlier for a signal.</summary>
    public void UntilAnnounced(int timeoutMs)
    {
        var happened = stackalloc ulong[2];
        _ = Libc.EpollWait(Fd, happened, 1, timeoutMs);
    }

    protected override void Dispose(bool disposing)
    {
        _signal?.Dispose();
        base.Dispose(disposing);
    }

    private void Watch(int fd)
    {
        // struct epoll_event: 4 bytes of events, 8 of data; packed on x86-64 only. No data is needed, so any layout will do.
        var interest = stackalloc ulong[2];
        interest[0] = In | EdgeTriggered;
        if (Libc.EpollControl(Fd, Add, fd, interest) < 0)
        {
            throw new KernelException("wait for", "the ring buffer", Libc.Errno());
        }
    }

    private static int Create()
    {
        var fd = Libc.EpollCreate(CloseOnExec);
        return fd >= 0 ? fd : throw new KernelException("open", "an epoll instance", Libc.Errno());
    }
}
