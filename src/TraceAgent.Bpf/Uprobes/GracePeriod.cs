using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Programs;
using TraceAgent.Linux;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>
/// Waits until every uprobe handler that is running now has ended. Detaching a uprobe does that (uprobe_unregister_sync in
/// kernel/events/uprobes.c), so a probe on a file of our own, which nothing executes, is attached and detached. Opening it
/// is also how the features and privileges that all probes need are found out: by use.
/// </summary>
internal sealed class GracePeriod : IDisposable
{
    private const int FileSize = 4096;

    private readonly BpfProgram _program;
    private readonly MemoryFile _file;
    private Task _attempts;
    private int _expecting;

    private GracePeriod(AttachMethod method, BpfProgram program, MemoryFile file, Task closing)
    {
        AttachMethod = method;
        _program = program;
        _file = file;
        _attempts = closing;
    }

    public AttachMethod AttachMethod { get; }

    /// <param name="method">The method of attaching; null for the best that works.</param>
    /// <exception cref="KernelException">Not permitted, or the kernel lacks what is needed.</exception>
    public static GracePeriod Open(AttachMethod? method)
    {
        var file = MemoryFile.TryCreate("traceagent-grace-period", new byte[FileSize])
            ?? throw new KernelException("create", "a file in memory", Libc.Errno());
        try
        {
            RequireCookies();
            if (method is { } forced)
            {
                return TryMethod(forced, file);
            }

            try
            {
                return TryMethod(AttachMethod.Multi, file);
            }
            catch (KernelException refusal) when (refusal.Errno is not (KernelException.Eperm or KernelException.Eacces))
            {
                return TryMethod(AttachMethod.PerfEvent, file);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Wait() => Attach(AttachMethod, _program, _file).Dispose();

    /// <summary>
    /// Announces that a uprobe is about to be attached. Where none was for some milliseconds, the kernel makes it wait for an RCU
    /// grace period (dup_mmap_sem in kernel/events/uprobes.c): that begins now, and is over for the one that comes.
    /// </summary>
    public void Expect()
    {
        if (Interlocked.Exchange(ref _expecting, 1) == 0)
        {
            _attempts = Task.WhenAll(_attempts, DedicatedThread.Run(Try));
        }
    }

    public void Dispose()
    {
        _attempts.Wait();
        _program.Dispose();
        _file.Dispose();
    }

    private void Try()
    {
        UprobeLink? link = null;
        try
        {
            link = Attach(AttachMethod, _program, _file);
        }
        catch (KernelException)
        {
            // The attachment that this prepares for will fail for the same reason, and report it.
        }

        // Before closing, which waits for RCU tasks trace (uprobe_unregister_sync in kernel/events/uprobes.c).
        Volatile.Write(ref _expecting, 0);
        link?.Dispose();
    }

    private static GracePeriod TryMethod(AttachMethod method, MemoryFile file)
    {
        var program = BpfProgram.Load(EmptyProgram(), "ta_grace", method == AttachMethod.Multi ? UprobeLink.TraceUprobeMulti : 0);
        try
        {
            // Closed on another thread: closing waits for RCU tasks trace (uprobe_unregister_sync in kernel/events/uprobes.c).
            var link = Attach(method, program, file);
            return new GracePeriod(method, program, file, DedicatedThread.Run(link.Dispose));
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    private static void RequireCookies()
    {
        try
        {
            BpfProgram.Load(EmptyProgram(), "ta_features", 0).Dispose();
        }
        catch (KernelException refusal) when (refusal.Errno == KernelException.Einval)
        {
            throw new KernelException(
                "load", "a program with bpf_get_attach_cookie", refusal.Errno,
                $"kernel {Environment.OSVersion.Version} lacks attach cookies; needs 5.15 or newer, 6.1 or newer is tested");
        }
    }

    private static UprobeLink Attach(AttachMethod method, BpfProgram program, MemoryFile file) =>
        UprobeLink.Attach(method, program, new UprobeFile(file.Path, "a file of our own"), [default], onReturn: false);

    internal static ProbeProgram EmptyProgram()
    {
        var code = new Assembler();
        code.Call(BpfFunction.GetAttachCookie);
        code.Set(Reg.R0, 0);
        code.Exit();
        return new ProbeProgram(OnReturn: false, Sleepable: false, code.Finish());
    }
}
