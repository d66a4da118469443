using TraceAgent.Capture;

namespace TraceAgent.Events.Processes;

/// <summary>
/// The history of which process executed what, and when, from the kernel's notices. Bounded. A process that has ended stays until
/// all of its events must have been read, since they arrive through another ring.
/// </summary>
public sealed class ProcessHistory
{
    /// <summary>The maximum number of processes that are remembered; more are unknown here.</summary>
    public const int Capacity = 16384;

    /// <summary>The maximum number of executions of one process that are remembered.</summary>
    public const int MaxImages = 8;

    /// <summary>
    /// The time in ns for which an event may still arrive after the ring was seen empty: another CPU was just writing it.
    /// </summary>
    public const ulong Grace = 1_000_000_000;

    private readonly Dictionary<int, Image> _newest = [];
    private readonly Queue<(int Pid, ulong Time)> _ended = new();

    public int Count => _newest.Count;

    public bool Knows(int pid) => _newest.ContainsKey(pid);

    /// <summary>The facts about the process at that moment (CLOCK_MONOTONIC ns); null when they are not known.</summary>
    public ProcessFacts? Find(int pid, ulong time) => Find(pid, time, out _);

    /// <param name="pid">The process ID.</param>
    /// <param name="time">CLOCK_MONOTONIC ns.</param>
    /// <param name="isNewest">True when it stays so until the next notice.</param>
    /// <inheritdoc cref="Find(int, ulong)"/>
    public ProcessFacts? Find(int pid, ulong time, out bool isNewest)
    {
        var image = _newest.GetValueOrDefault(pid);
        isNewest = true;
        while (image is not null && image.Since > time)
        {
            image = image.Older;
            isNewest = false;
        }

        return image?.Facts;
    }

    /// <summary>Adds a process that was there before the notices began.</summary>
    public void Seed(int pid, ProcessFacts facts) => Add(pid, since: 0, facts);

    /// <param name="notice">The notice; those of one process come in their order.</param>
    /// <param name="readExecutable">Reads the path when the notice does not have all of it.</param>
    /// <returns>The facts about a process that executed; null for other notices.</returns>
    public ProcessFacts? Take(in ProcessNotice notice, Func<int, string?> readExecutable)
    {
        switch (notice.Act)
        {
            case ProcessAct.Forked:
                var origin = Find(notice.OriginPid, notice.Time);
                Add(notice.Pid, notice.Time, origin is null ? null : origin with { ParentPid = notice.ParentPid });
                return null;
            case ProcessAct.Executed:
                // Also when the facts are unknown: those of the former program are wrong from now on.
                var executable = notice.Executable ?? readExecutable(notice.Pid);
                var facts = executable is null ? null : new ProcessFacts(executable, notice.ParentPid, notice.CommandLine);
                Add(notice.Pid, notice.Time, facts);
                return facts;
            default:
                _ended.Enqueue((notice.Pid, notice.Time));
                if (_ended.Count > Capacity)
                {
                    ForgetOldest();
                }

                return null;
        }
    }

    /// <summary>Records that all events before that moment (CLOCK_MONOTONIC ns) have been read.</summary>
    public void ReadUpTo(ulong time)
    {
        while (_ended.TryPeek(out var oldest) && oldest.Time + Grace < time)
        {
            ForgetOldest();
        }
    }

    /// <summary>Forgets everything, since notices are missing and nothing is certain any more.</summary>
    public void Clear()
    {
        _newest.Clear();
        _ended.Clear();
    }

    private void Add(int pid, ulong since, ProcessFacts? facts)
    {
        var older = _newest.GetValueOrDefault(pid);
        if (older is null && facts is null)
        {
            return;
        }

        while (older is null && _newest.Count >= Capacity && _ended.Count > 0)
        {
            ForgetOldest();
        }

        if (older is not null || _newest.Count < Capacity)
        {
            _newest[pid] = new Image(since, facts, older);
            Cut(_newest[pid], MaxImages);
        }
    }

    private void ForgetOldest()
    {
        var (pid, ended) = _ended.Dequeue();
        var image = _newest.GetValueOrDefault(pid);
        if (image is null || image.Since <= ended)
        {
            _newest.Remove(pid);
            return;
        }

        // The number belongs to another process by now.
        while (image.Older is { } older && older.Since > ended)
        {
            image = older;
        }

        image.Older = null;
    }

    private static void Cut(Image image, int kept)
    {
        for (var i = 1; i < kept && image.Older is { } older; i++)
        {
            image = older;
        }

        image.Older = null;
    }

    private sealed class Image(ulong since, ProcessFacts? facts, Image? older)
    {
        public ulong Since => since;

        public ProcessFacts? Facts => facts;

        public Image? Older { get; set; } = older;
    }
}
