using TraceAgent.Bpf.Btf;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Programs;

/// <summary>Finds the place where the running kernel keeps the thread pointer of a thread: FS of x86-64.</summary>
internal static class TaskThreadPointer
{
    private const string Remedy = "thread-local variables and errno need the kernel's types (CONFIG_DEBUG_INFO_BTF)";

    /// <summary>Bytes from the start of <c>task_struct</c>.</summary>
    /// <exception cref="KernelException">The kernel does not tell its types, or has other ones.</exception>
    public static int Find() => KernelFields.Read(
        Remedy, fields => fields.Require("task_struct", "thread") + fields.Require("thread_struct", "fsbase"));
}
