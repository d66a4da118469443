namespace TraceAgent.Linux;

/// <summary>Names the capability, kernel or limit that a refusal asks for.</summary>
public static class Privileges
{
    public const string ForPrograms = "needs CAP_BPF and CAP_PERFMON (or root)";
    public const string ForPerfEvents = "needs CAP_SYS_ADMIN, or a kernel of 6.6 or newer, where CAP_BPF and CAP_PERFMON are enough";

    /// <summary>The remedy for files of other users, and those below folders that only others may search.</summary>
    public const string ForFiles = "needs CAP_DAC_READ_SEARCH (or root)";

    public const string ForPackets = "needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN (or root)";

    public static string? RemedyFor(int errno, string needed = ForPrograms) => errno switch
    {
        KernelException.Eperm or KernelException.Eacces => needed,
        12 => "the memory limit of the agent's cgroup is reached",
        KernelException.Emfile => "rules need some each: raise the limit (ulimit -n; LimitNOFILE= of the service)",
        _ => null,
    };
}
