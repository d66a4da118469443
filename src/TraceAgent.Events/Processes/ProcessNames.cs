namespace TraceAgent.Events.Processes;

/// <summary>Knows processes from the kernel's notices.</summary>
public interface IProcessHistory
{
    /// <summary>The facts about the process at that moment (CLOCK_MONOTONIC ns); null when they are not known.</summary>
    ProcessFacts? Find(int pid, ulong time);
}

/// <summary>
/// Finds out which process hit: from the kernel's notices, and where these do not tell, from /proc. Bounded; a process that is
/// gone keeps the name under which it was known.
/// </summary>
public sealed class ProcessNames
{
    /// <summary>The maximum number of processes that are remembered from /proc.</summary>
    public const int Capacity = 4096;

    /// <summary>The time in ns after which /proc is read again.</summary>
    public const ulong Lifetime = 1_000_000_000;

    private readonly IProcessHistory? _history;
    private readonly Func<int, ProcessFacts?> _read;

    private readonly Generations<int, Entry> _entries = new(Capacity);

    /// <param name="history">The history; null when the kernel gives no notices.</param>
    /// <param name="seesAll">
    /// True when /proc has all processes under the kernel's IDs; else it is not read, since it would name others.
    /// </param>
    public ProcessNames(IProcessHistory? history, bool seesAll = true)
        : this(history, seesAll ? ProcessFacts.Read : _ => null)
    {
    }

    internal ProcessNames(IProcessHistory? history, Func<int, ProcessFacts?> read) => (_history, _read) = (history, read);

    /// <summary>The facts about a process at a hit.</summary>
    /// <param name="pid">The process ID.</param>
    /// <param name="main">True when the main thread hit: only its comm says whether the process has executed another file.</param>
    /// <param name="comm">The thread's 16 bytes of name.</param>
    /// <param name="time">The time of the hit, CLOCK_MONOTONIC ns.</param>
    public ProcessFacts Find(int pid, bool main, UInt128 comm, ulong time)
    {
        if (_history?.Find(pid, time) is { } known)
        {
            return known;
        }

        var entry = _entries.Find(pid);

        // 0 for an event that is older than the entry: it does not cause another read.
        var age = time > entry.ReadAt ? time - entry.ReadAt : 0;
        if (entry.ReadAt == 0 || age >= Lifetime || (main && entry.Comm != comm))
        {
            if (_read(pid) is { } facts && facts != entry.Facts)
            {
                entry.Facts = facts;
            }

            entry.ReadAt = Math.Max(time, 1);
            if (main)
            {
                entry.Comm = comm;
            }
        }

        return entry.Facts;
    }

    private sealed class Entry
    {
        public ProcessFacts Facts { get; set; } = ProcessFacts.Unknown;

        public UInt128 Comm { get; set; }

        public ulong ReadAt { get; set; }
    }
}
