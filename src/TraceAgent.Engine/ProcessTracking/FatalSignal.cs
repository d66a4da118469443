using TraceAgent.Capture;

namespace TraceAgent.Engine.ProcessTracking;

/// <summary>
/// The report that the kernel ends a process, or calls its handler, for what a thread of it has done. Times are CLOCK_MONOTONIC.
/// </summary>
public sealed record FatalSignal
{
    /// <summary>The process ID in the first PID namespace.</summary>
    public required int Pid { get; init; }

    /// <summary>The signal's number.</summary>
    public required int Number { get; init; }

    /// <summary>True when the thread has been through a uprobe, of whatever tracer.</summary>
    public required bool IsProbed { get; init; }

    /// <summary>True when the process has a handler for it, which may repair what is wrong.</summary>
    public bool IsHandled { get; init; }

    /// <summary>The time of the signal.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>The time when the process began.</summary>
    public required TimeSpan Started { get; init; }

    /// <summary>Path of the executable, as the process sees it; empty when unknown.</summary>
    public required string Program { get; init; }

    /// <summary>Inode numbers of the files that the process may execute.</summary>
    public IReadOnlySet<ulong> Files { get; init; } = new HashSet<ulong>();

    /// <summary>True when a thread of the process ends by the signal: more may be known than before.</summary>
    public bool IsAtEnd { get; init; }

    public string Name => NameOf(Number) ?? $"signal {Number}";

    public static FatalSignal Of(in ProcessNotice notice, string? program) => new()
    {
        Pid = notice.Pid,
        Number = notice.Signal,
        IsProbed = notice.IsProbed,
        IsHandled = notice.IsHandled,
        Time = Monotonic(notice.Time),
        Started = Monotonic(notice.StartTime),
        Program = program ?? "",
        IsAtEnd = notice.IsAtEnd,
        Files = new HashSet<ulong>([notice.Inode, .. notice.Files]),
    };

    /// <summary>Adds what is known at the end of one of the process' threads.</summary>
    public FatalSignal With(FatalSignal end) => this with
    {
        IsProbed = IsProbed || end.IsProbed,
        Files = Files.Union(end.Files).ToHashSet(),
        Program = Program.Length > 0 ? Program : end.Program,
    };

    /// <summary>The name of a signal; null for signals by which no fault ends a process.</summary>
    public static string? NameOf(int signal) => signal switch
    {
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        11 => "SIGSEGV",
        31 => "SIGSYS",
        _ => null,
    };

    private static TimeSpan Monotonic(ulong ns) => TimeSpan.FromTicks((long)(ns / 100));
}

/// <summary>The end of a process.</summary>
/// <param name="Pid">The process ID in the first PID namespace.</param>
/// <param name="Status">The status as wait(2) gives it.</param>
/// <param name="Time">The time, CLOCK_MONOTONIC.</param>
/// <param name="Program">Path of the executable, as the process saw it; empty when unknown.</param>
public sealed record ProcessEnd(int Pid, int Status, TimeSpan Time, string Program)
{
    /// <summary>The signal that ended the process; 0 for none.</summary>
    public int Signal => Status & 0x7f;

    public static ProcessEnd Of(in ProcessNotice notice, string? program) =>
        new(notice.Pid, notice.ExitStatus, TimeSpan.FromTicks((long)(notice.Time / 100)), program ?? "");
}
