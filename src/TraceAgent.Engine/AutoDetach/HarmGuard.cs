using TraceAgent.Engine.ProcessTracking;

namespace TraceAgent.Engine.AutoDetach;

/// <summary>The report to the operator about a process that the kernel has ended.</summary>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="Rules">The rules that probed files that it had in memory; the youngest first.</param>
/// <param name="More">The number of such ends of the same program that were not reported since the last report.</param>
public sealed record HarmReport(FatalSignal Signal, IReadOnlyList<string> Rules, int More);

/// <summary>Rules that may be the reason why processes end.</summary>
/// <param name="Rules">The rules' names.</param>
/// <param name="Evidence">The evidence in words.</param>
public sealed record HarmVerdict(IReadOnlyList<string> Rules, string Evidence);

/// <summary>A rule that is attached.</summary>
/// <param name="Since">The time when it was attached, CLOCK_MONOTONIC.</param>
/// <param name="Files">Inode numbers of what it probes.</param>
public sealed record ProbingRule(string Rule, TimeSpan Since, IReadOnlyCollection<ulong> Files);

/// <summary>
/// Watches how probed processes end. When the kernel ends them again and again, the youngest rules on files that they have in
/// memory are suspected. Threads that read notices pass it signals and ends; the thread of the rules asks it.
/// </summary>
public sealed class HarmGuard
{
    /// <summary>The maximum number of programs, and of pending ends.</summary>
    private const int MaxEntries = 4096;

    /// <summary>The maximum number of reports about one program within <see cref="ReportInterval"/>; more are counted.</summary>
    private const int MaxReports = 5;

    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);

    /// <summary>The interval within which rules were attached together and cannot be told apart.</summary>
    private static readonly TimeSpan SameTime = TimeSpan.FromSeconds(1);

    /// <summary>The maximum time that a handler may take to end its process.</summary>
    private static readonly TimeSpan HandlerTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Known> _programs = [];
    private readonly Dictionary<int, FatalSignal> _causes = [];
    private List<FatalSignal> _news = [];

    /// <summary>Called when there is something to <see cref="Check"/>, on the thread that reports ends.</summary>
    public event Action? Suspected;

    public void Take(FatalSignal signal)
    {
        lock (_gate)
        {
            if (!signal.IsAtEnd)
            {
                // It is an end when the process has ended: a handler may repair what is wrong, as those of virtual machines do.
                Limit(_causes);
                _causes[signal.Pid] = signal;
                return;
            }

            if (_causes.TryGetValue(signal.Pid, out var cause))
            {
                _causes[signal.Pid] = cause.With(signal);
            }

            // The end may be noted already, with less known of it: another thread's notice came first.
            var at = _news.FindLastIndex(one => one.Pid == signal.Pid && one.Started == signal.Started);
            if (at >= 0)
            {
                _news[at] = _news[at].With(signal);
            }
        }
    }

    public void Take(ProcessEnd end)
    {
        lock (_gate)
        {
            var isFault = FatalSignal.NameOf(end.Signal) is not null;
            if (_causes.Remove(end.Pid, out var cause) && isFault && (!cause.IsHandled || end.Time - cause.Time < HandlerTime))
            {
                Note(cause);
            }
            else if (!isFault)
            {
                KnownOf(end.Program).Ends.EndedWell(end.Time);
            }
        }
    }

    /// <summary>The reports and verdicts since the last call.</summary>
    /// <param name="rules">Gets the attached rules when there is something to judge.</param>
    public (IReadOnlyList<HarmReport> Reports, IReadOnlyList<HarmVerdict> Verdicts) Check(Func<IReadOnlyList<ProbingRule>> rules)
    {
        lock (_gate)
        {
            if (_news.Count == 0)
            {
                return ([], []);
            }

            var (reports, verdicts) = (new List<HarmReport>(), new List<HarmVerdict>());
            var (news, attached) = (_news, rules());
            _news = [];
            foreach (var signal in news)
            {
                var suspended = verdicts.SelectMany(verdict => verdict.Rules).ToHashSet();
                var probing = attached.Where(rule => rule.Since <= signal.Time && rule.Files.Any(signal.Files.Contains))
                    .OrderByDescending(rule => rule.Since).ToList();
                if (probing.Count == 0 || !_programs.TryGetValue(signal.Program, out var known))
                {
                    continue;
                }

                if (known.MayReport(signal.Time) is { } more)
                {
                    reports.Add(new HarmReport(signal, [.. probing.Select(rule => rule.Rule)], more));
                }

                // When a rule on it was detached meanwhile, this end is no evidence against the rules that stay.
                if (!probing.Exists(rule => suspended.Contains(rule.Rule))
                    && known.Ends.Suspicion(signal, probing[0].Since) is { } evidence)
                {
                    verdicts.Add(new HarmVerdict(
                        [.. probing.Where(rule => probing[0].Since - rule.Since <= SameTime).Select(rule => rule.Rule)],
                        evidence));
                    _programs[signal.Program] = known.Cleared();
                }
            }

            return (reports, verdicts);
        }
    }

    private void Note(FatalSignal signal)
    {
        var known = KnownOf(signal.Program);
        if (known.IsNew(signal))
        {
            known.Ends.Crashed(signal.Time);
            if (signal.IsProbed && _news.Count < MaxEntries)
            {
                _news.Add(signal);
                Suspected?.Invoke();
            }
        }
    }

    private Known KnownOf(string program)
    {
        if (!_programs.TryGetValue(program, out var known))
        {
            Limit(_programs);
            _programs[program] = known = new Known();
        }

        return known;
    }

    private static void Limit<TKey, TValue>(Dictionary<TKey, TValue> table)
        where TKey : notnull
    {
        if (table.Count >= MaxEntries)
        {
            table.Clear();
        }
    }

    private sealed class Known
    {
        private readonly Queue<TimeSpan> _reported = new();
        private (int Pid, TimeSpan Started) _last;
        private int _unreported;

        public ExitHistory Ends { get; private init; } = new();

        /// <summary>True unless the signal is for another thread of the process that ended last.</summary>
        public bool IsNew(FatalSignal signal)
        {
            var isNew = _last != (signal.Pid, signal.Started);
            _last = (signal.Pid, signal.Started);
            return isNew;
        }

        /// <summary>
        /// The number of ends that were not reported since the last report; null when this one is not to be reported, either.
        /// </summary>
        public int? MayReport(TimeSpan time)
        {
            while (_reported.TryPeek(out var oldest) && oldest < time - ReportInterval)
            {
                _reported.Dequeue();
            }

            if (_reported.Count >= MaxReports)
            {
                _unreported++;
                return null;
            }

            _reported.Enqueue(time);
            var more = _unreported;
            _unreported = 0;
            return more;
        }

        /// <summary>Starts again, so that the next rule is not blamed for what the former one was.</summary>
        public Known Cleared()
        {
            var anew = new Known { _last = _last, _unreported = _unreported };
            foreach (var time in _reported)
            {
                anew._reported.Enqueue(time);
            }

            return anew;
        }
    }
}
