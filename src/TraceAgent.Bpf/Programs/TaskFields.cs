using TraceAgent.Bpf.Btf;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Programs;

/// <summary>Finds where the running kernel keeps what it knows of a thread: bytes from the start of <c>task_struct</c>.</summary>
internal sealed class TaskFields
{
    private readonly Lazy<int> _threadPointer = new(
        () => KernelFields.Read(
            "thread-local variables and errno need the kernel's types (CONFIG_DEBUG_INFO_BTF)",
            fields => fields.Require("task_struct", "thread") + fields.Require("thread_struct", "fsbase")),
        LazyThreadSafetyMode.PublicationOnly);

    private readonly Lazy<int> _threadStart = new(
        () => KernelFields.Read(
            "values as they were on entry of a function need the kernel's types (CONFIG_DEBUG_INFO_BTF)",
            fields => fields.Require("task_struct", "start_time")),
        LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The thread pointer: FS of x86-64.</summary>
    /// <exception cref="KernelException">The kernel does not tell its types, or has other ones.</exception>
    public int ThreadPointer => _threadPointer.Value;

    /// <summary>The time when the thread began, u64 in ns: CLOCK_MONOTONIC (copy_process in kernel/fork.c).</summary>
    /// <exception cref="KernelException">The kernel does not tell its types, or has other ones.</exception>
    public int ThreadStart => _threadStart.Value;
}
