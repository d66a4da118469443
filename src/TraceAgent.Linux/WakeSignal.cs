using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux;

/// <summary>Ends the wait of a thread that polls descriptors (eventfd(2)): readable while it is set.</summary>
internal sealed unsafe class WakeSignal : SafeHandleMinusOneIsInvalid
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    /// <exception cref="KernelException">The process has no descriptor left.</exception>
    public WakeSignal()
        : base(ownsHandle: true)
    {
        var fd = Libc.EventFd(0, CloseOnExec | NonBlocking);
        SetHandle(fd >= 0 ? fd : throw new KernelException("open", "an eventfd", Libc.Errno()));
    }

    /// <summary>The number of the descriptor, valid as long as this handle is.</summary>
    public int Fd => (int)handle;

    /// <summary>Sets the signal. Any thread may call it, also when the signal is disposed of, which does nothing.</summary>
    public void Set()
    {
        var isOpen = false;
        try
        {
            var one = 1L;
            DangerousAddRef(ref isOpen);
            _ = Libc.Write(Fd, &one, sizeof(long));
        }
        catch (ObjectDisposedException)
        {
            // Closed: there is nobody to wake.
        }
        finally
        {
            if (isOpen)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Clears the signal. Called by the thread that waits.</summary>
    public void Clear()
    {
        long count;
        _ = Libc.Read(Fd, &count, sizeof(long));
    }

    protected override bool ReleaseHandle() => Libc.Close(Fd) == 0;
}
