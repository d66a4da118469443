namespace TraceAgent.Events;

/// <summary>What an event says of its process, besides what its record has.</summary>
/// <param name="Executable">Null when it is not known.</param>
/// <param name="Parent">Process ID; null when it is not known, or was never asked for.</param>
internal sealed record ProcessName(string? Executable, int? Parent = null)
{
    /// <summary>Why a parent is not known.</summary>
    public const string Gone = "gone";

    public static ProcessName Unknown { get; } = new((string?)null);

    /// <summary>The executable as a JSON value.</summary>
    public string Json { get; } = Executable is null ? "null" : JsonText.Quote(Executable);
}

/// <summary>Which executable a process runs, and who started it. Bounded; a process that is gone stays as it was known.</summary>
/// <param name="executableOf">Null when it cannot be known now.</param>
/// <param name="parentOf">The same.</param>
internal sealed class ProcessNames(Func<int, string?> executableOf, Func<int, int?> parentOf)
{
    /// <summary>Processes that are remembered, at most.</summary>
    public const int Capacity = 4096;

    /// <summary>After this many ns it is asked for again.</summary>
    public const ulong Lifetime = 1_000_000_000;

    private readonly Generations<int, Entry> _entries = new(Capacity);

    public ProcessNames()
        : this(ProcessFolder.Executable, ProcessFolder.Parent)
    {
    }

    /// <summary>What is known of a process at a hit.</summary>
    /// <param name="pid">Of the process.</param>
    /// <param name="main">True when the main thread hit: only its comm says whether the process has executed another file.</param>
    /// <param name="comm">The thread's 16 bytes of name.</param>
    /// <param name="time">Of the hit, CLOCK_MONOTONIC ns.</param>
    /// <param name="withParent">Whether the parent is wanted: to find it costs as much as the rest.</param>
    public ProcessName Find(int pid, bool main, UInt128 comm, ulong time, bool withParent = false)
    {
        var entry = _entries.Find(pid);

        // Unsigned: an event that is older than the last look does not ask again unless it is far older.
        var age = time > entry.ReadAt ? time - entry.ReadAt : 0;
        if (entry.ReadAt == 0 || age >= Lifetime || (main && entry.Comm != comm))
        {
            if (executableOf(pid) is { } executable && executable != entry.Name.Executable)
            {
                entry.Name = new ProcessName(executable, entry.Name.Parent);
            }

            entry.ReadAt = Math.Max(time, 1);
            entry.HasAskedForParent = false;
            if (main)
            {
                entry.Comm = comm;
            }
        }

        if (withParent && !entry.HasAskedForParent)
        {
            entry.HasAskedForParent = true;
            if (parentOf(pid) is { } parent && parent != entry.Name.Parent)
            {
                entry.Name = entry.Name with { Parent = parent };
            }
        }

        return entry.Name;
    }

    private sealed class Entry
    {
        public ProcessName Name { get; set; } = ProcessName.Unknown;

        public UInt128 Comm { get; set; }

        public ulong ReadAt { get; set; }

        public bool HasAskedForParent { get; set; }
    }
}
