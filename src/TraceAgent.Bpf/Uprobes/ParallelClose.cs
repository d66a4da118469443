using System.Runtime.InteropServices;
using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Uprobes;

/// <summary>
/// Closes many kernel objects at once. Closing a link waits until no CPU runs its program (uprobe_unregister_sync in
/// kernel/events/uprobes.c), some 50 ms; one by one these waits add up to minutes, together they are one.
/// </summary>
internal static unsafe class ParallelClose
{
    /// <summary>The maximum number of threads at once. The sandbox of the service has room for them (TasksMax).</summary>
    private const int MaxThreads = 1024;

    /// <summary>The number of threads that stays free for the runtime where the agent may not have <see cref="MaxThreads"/>.</summary>
    private const int SpareThreads = 16;

    /// <summary>Bytes: no less is allowed on arm64 (PTHREAD_STACK_MIN). Only the pages that are used take memory.</summary>
    private const int StackBytes = 128 << 10;

    private static readonly nint Close = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "close");

    /// <summary>The number of threads that may be made: less than <see cref="MaxThreads"/> after the kernel has refused one.</summary>
    private static volatile int Permitted = MaxThreads;

    /// <summary>Closes all handles, and returns when the last is closed.</summary>
    public static void All(IReadOnlyCollection<BpfHandle> handles)
    {
        var descriptors = handles.Select(handle => handle.Release()).ToArray();
        for (var first = 0; first < descriptors.Length;)
        {
            var rest = descriptors.AsSpan(first);
            first += rest.Length == 1 ? CloseHere(rest[0]) : CloseTogether(rest[..Math.Min(rest.Length, Permitted)]);
        }
    }

    /// <summary>
    /// Closes each by a thread that does nothing else: close(2) itself is where it starts. Threads of the runtime take five times as
    /// long to make, and more memory.
    /// </summary>
    /// <returns>The number of those that were closed: fewer when there may be no more threads.</returns>
    private static int CloseTogether(ReadOnlySpan<int> descriptors)
    {
        var attributes = stackalloc long[Libc.ThreadAttributeLongs];
        _ = Libc.ThreadAttributesInit(attributes);
        _ = Libc.ThreadAttributesStackSize(attributes, StackBytes);
        var threads = new nint[descriptors.Length];
        var started = 0;
        while (started < threads.Length && Libc.ThreadCreate(out threads[started], attributes, Close, descriptors[started]) == 0)
        {
            started++;
        }

        if (started < threads.Length)
        {
            Permitted = Math.Max(1, started - SpareThreads);
        }

        foreach (var thread in threads.AsSpan(0, started))
        {
            _ = Libc.ThreadJoin(thread, null);
        }

        _ = Libc.ThreadAttributesDestroy(attributes);
        return started > 0 ? started : CloseHere(descriptors[0]);
    }

    private static int CloseHere(int descriptor)
    {
        _ = Libc.Close(descriptor);
        return 1;
    }
}
