using System.Globalization;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Watching;

/// <summary>
/// Breaks crash loops. The agent's state is written down while it runs, and at an orderly end that it has ended. When the next
/// run finds no such end, in the same boot of the machine, the rule file that changed last is not attached again until it
/// changes: if that was shortly before the end, or if the agent ends so again and again. Used by one thread.
/// </summary>
/// <param name="store">The store of the records.</param>
/// <param name="now">The wall clock, UTC.</param>
public sealed class CrashGuard(CrashStore store, Func<DateTime> now)
{
    /// <summary>The code of a file that is not attached since the agent ended abnormally.</summary>
    public const string Code = "TA161";

    private const int RepeatedEnds = 3;

    /// <summary>
    /// The time for which a file is suspected; one that has been active for longer without harm is not the likeliest cause.
    /// </summary>
    private static readonly TimeSpan Suspicious = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private readonly Dictionary<RuleFile, RuleFile> _heldFiles = new(ReferenceEqualityComparer.Instance);
    private CrashRecord _record = CrashRecord.Empty;
    private DateTime _lastBeat = DateTime.MinValue;

    /// <summary>The reason why nothing can be written down, once; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Describes what the last run's end means for this one; null when it ended well, or never was.</summary>
    public string? Begin()
    {
        var (last, lastSeen) = store.Read();
        var isAbnormal = last is { IsRunning: true } && last.Boot == store.Boot;
        _record = (last ?? CrashRecord.Empty) with { Boot = store.Boot, IsRunning = false, Files = [] };
        if (!isAbnormal)
        {
            _record = _record with { Ends = [] };
            return null;
        }

        var ends = _record.Ends.Append(lastSeen).Where(end => now() - end < Suspicious).ToList();
        var latest = last!.Files.Where(file => !IsHeld(file)).MaxBy(file => file.ChangedNs);
        var age = latest is null ? TimeSpan.MaxValue : lastSeen - ChangedAt(latest);
        var isRepeated = ends.Count >= RepeatedEnds;
        var when = string.Create(CultureInfo.InvariantCulture, $"{lastSeen:yyyy-MM-ddTHH:mm:ssZ}");
        if (latest is null || (age > Suspicious && !isRepeated))
        {
            _record = _record with { Ends = [.. ends] };
            Write();
            return $"the last run did not end by itself, about {when}; no rule file had changed shortly before";
        }

        var reason = isRepeated && age > Suspicious
            ? $"the agent did not end by itself {ends.Count} times in ten minutes, and this file changed last"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the agent did not end by itself at {when}, "
                    + $"{Math.Max(0, (long)age.TotalSeconds)} s after this file had changed");
        _record = _record with { Ends = [], Held = [.. _record.Held, new HeldFile(latest.Path, latest.ChangedNs, reason)] };
        Write();
        return $"the last run did not end by itself, about {when}; {latest.Path} is not attached until it changes";
    }

    /// <summary>Adds an error to the files that are held back, and stores which files are active.</summary>
    public IReadOnlyList<RuleFile> HoldBack(IReadOnlyList<RuleFile> files)
    {
        var seen = files.Select(file => new SeenFile(file.Path, KernelFile.Of(file.Path)?.Times.ChangedNs ?? 0)).ToArray();
        var held = _record.Held.Where(one => seen.Any(file => (file.Path, file.ChangedNs) == (one.Path, one.ChangedNs))).ToArray();
        var isNews = !_record.IsRunning || held.Length != _record.Held.Length || !seen.SequenceEqual(_record.Files);
        _record = _record with { IsRunning = true, Files = seen, Held = held };
        if (isNews)
        {
            Write();
        }

        return held.Length == 0
            ? files
            : [.. files.Select(file => Array.Find(held, one => one.Path == file.Path) is { } one ? Held(file, one) : file)];
    }

    /// <summary>Writes down that the agent is still running, at most every ten seconds.</summary>
    public void Beat()
    {
        if (_record.IsRunning && now() - _lastBeat > Heartbeat)
        {
            Note(store.Touch());
        }
    }

    /// <summary>Records an orderly end of the agent.</summary>
    public void End()
    {
        _record = _record with { IsRunning = false, Files = [], Ends = [] };
        Write();
    }

    private static DateTime ChangedAt(SeenFile file) => DateTime.UnixEpoch.AddTicks(file.ChangedNs / TimeSpan.NanosecondsPerTick);

    private bool IsHeld(SeenFile file) => _record.Held.Any(one => (one.Path, one.ChangedNs) == (file.Path, file.ChangedNs));

    private RuleFile Held(RuleFile file, HeldFile held)
    {
        if (!_heldFiles.TryGetValue(file, out var known))
        {
            var why = Diagnostic.Error(
                Code, new SourceSpan(file.Path, 1, 1, 1), $"held back: {held.Reason}",
                "its rules are attached again when the file changes; `touch` it when it was not the cause");
            known = file.WithoutRules() with { Diagnostics = [why, .. file.Diagnostics] };
            _heldFiles.Clear();
            _heldFiles[file] = known;
        }

        return known;
    }

    private void Write() => Note(store.Write(_record));

    private void Note(string? problem)
    {
        _lastBeat = now();
        Problem ??= problem;
    }
}
