namespace TraceAgent.Events;

/// <summary>The executable of a process, as text and as a JSON value.</summary>
internal sealed record ProcessName(string? Executable)
{
    public static ProcessName Unknown { get; } = new((string?)null);

    public string Json { get; } = Executable is null ? "null" : JsonText.Quote(Executable);
}

/// <summary>Which executable a process runs. Bounded; a process that is gone keeps the name under which it was known.</summary>
internal sealed class ProcessNames
{
    /// <summary>Processes that are remembered, at most.</summary>
    public const int Capacity = 4096;

    /// <summary>After this many ns a name is read again.</summary>
    public const ulong Lifetime = 1_000_000_000;

    private const string Deleted = " (deleted)";
    private readonly Func<int, string?> _readLink;

    // Two generations: when the young one is full the old one is forgotten, which needs no bookkeeping per event.
    private Dictionary<int, Entry> _young = [];
    private Dictionary<int, Entry> _old = [];

    public ProcessNames()
        : this(pid => new FileInfo($"/proc/{pid}/exe").LinkTarget)
    {
    }

    internal ProcessNames(Func<int, string?> readLink) => _readLink = readLink;

    /// <summary>The name of a process at a hit.</summary>
    /// <param name="pid">Of the process.</param>
    /// <param name="main">True when the main thread hit: only its comm says whether the process has executed another file.</param>
    /// <param name="comm">The thread's 16 bytes of name.</param>
    /// <param name="time">Of the hit, CLOCK_MONOTONIC ns.</param>
    public ProcessName Find(int pid, bool main, UInt128 comm, ulong time)
    {
        if (!_young.TryGetValue(pid, out var entry))
        {
            entry = Promote(pid);
        }

        // Unsigned: an event that is older than the last look does not ask again unless it is far older.
        var age = time > entry.ReadAt ? time - entry.ReadAt : 0;
        if (entry.ReadAt == 0 || age >= Lifetime || (main && entry.Comm != comm))
        {
            Read(pid, entry);
            entry.ReadAt = Math.Max(time, 1);
            if (main)
            {
                entry.Comm = comm;
            }
        }

        return entry.Name;
    }

    private Entry Promote(int pid)
    {
        if (_young.Count >= Capacity / 2)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }

        if (!_old.Remove(pid, out var entry))
        {
            entry = new Entry();
        }

        _young.Add(pid, entry);
        return entry;
    }

    private void Read(int pid, Entry entry)
    {
        if (_readLink(pid) is not { } target)
        {
            return;
        }

        if (target.EndsWith(Deleted, StringComparison.Ordinal))
        {
            target = target[..^Deleted.Length];
        }

        if (target != entry.Name.Executable)
        {
            entry.Name = new ProcessName(target);
        }
    }

    private sealed class Entry
    {
        public ProcessName Name { get; set; } = ProcessName.Unknown;

        public UInt128 Comm { get; set; }

        public ulong ReadAt { get; set; }
    }
}
