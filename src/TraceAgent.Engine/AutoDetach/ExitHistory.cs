using System.Globalization;
using TraceAgent.Engine.ProcessTracking;

namespace TraceAgent.Engine.AutoDetach;

/// <summary>The recent ends of one program's processes. Only decides; the caller passes the time.</summary>
internal sealed class ExitHistory
{
    /// <summary>The number of crashes within <see cref="Burst"/> that are no accident.</summary>
    public const int SuspiciousCrashes = 3;

    /// <summary>The number of crashes that suffices where no process crashed before.</summary>
    private const int SuspiciousFirstCrashes = 2;

    private const int Kept = 64;

    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(5);

    /// <summary>The time for which a process must have run before a rule came, to show that it runs well without it.</summary>
    private static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(30);

    private readonly Queue<TimeSpan> _crashes = new();
    private readonly Queue<TimeSpan> _goodEnds = new();

    public void Crashed(TimeSpan time) => Note(_crashes, time);

    public void EndedWell(TimeSpan time) => Note(_goodEnds, time);

    /// <summary>The reason why a rule is suspected of a crash, in words; null when none is.</summary>
    /// <param name="signal">The last crash, which is known here.</param>
    /// <param name="ruleCame">The time when the youngest rule that may be suspected was attached.</param>
    public string? Suspicion(FatalSignal signal, TimeSpan ruleCame)
    {
        var recent = _crashes.Where(time => time >= ruleCame && time > signal.Time - Burst).ToList();
        var before = _crashes.Where(time => time < ruleCame).ToList();

        // A program that crashes as often by itself did so before the rule, too.
        var max = before.Select(first => before.Count(time => time >= first && time < first + Burst)).DefaultIfEmpty(0).Max();
        var goodEnds = _goodEnds.Count(time => time > signal.Time - Burst);
        if (recent.Count >= SuspiciousCrashes && recent.Count >= 2 * max && recent.Count > goodEnds)
        {
            var time = (recent[^1] - recent[0]).TotalSeconds;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{recent.Count} processes of {signal.Program} ended within {time:0.0} s while they were probed, "
                    + $"the last by {signal.Name}");
        }

        var since = _crashes.Count(time => time >= ruleCame);
        if (before.Count == 0
            && since >= SuspiciousFirstCrashes && _goodEnds.All(time => time < ruleCame) && _goodEnds.Count >= SuspiciousCrashes)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{since} processes of {signal.Program} ended since the rule came, the last by {signal.Name}, "
                    + $"and none ended well; before, {_goodEnds.Count} ended well and none so");
        }

        return before.Count == 0 && recent.Count == 1 && signal.Time - ruleCame <= Burst && ruleCame - signal.Started >= ProvenAfter
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{signal.Program} ended by {signal.Name} {(signal.Time - ruleCame).TotalSeconds:0.0} s after the rule came, "
                    + $"and had run {(ruleCame - signal.Started).TotalSeconds:0} s without it")
            : null;
    }

    private static void Note(Queue<TimeSpan> times, TimeSpan time)
    {
        times.Enqueue(time);
        if (times.Count > Kept)
        {
            times.Dequeue();
        }
    }
}
