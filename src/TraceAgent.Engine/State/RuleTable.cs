using TraceAgent.Engine.Resolving;

namespace TraceAgent.Engine.State;

/// <summary>
/// All rules: active ones, those whose text is wrong, and those that are still attached. Changed by the thread of the rules; any
/// thread may read what <see cref="Publish"/> has made of it.
/// </summary>
public sealed class RuleTable
{
    private readonly Dictionary<string, ManagedRule> _rules = [];
    private IReadOnlyList<RuleError> _errors = [];
    private volatile RuleTableSnapshot _published = new();

    /// <summary>All rules as of the last <see cref="Publish"/>.</summary>
    public RuleTableSnapshot Published => _published;

    /// <summary>The active rules, in the order of their files.</summary>
    public IReadOnlyList<ManagedRule> Active { get; private set; } = [];

    /// <summary>The probes that the kernel holds.</summary>
    public IEnumerable<AttachedProbe> Attached => _rules.Values.Select(rule => rule.Attached).OfType<AttachedProbe>();

    /// <summary>The rules of which something is attached.</summary>
    public IEnumerable<ManagedRule> Held => _rules.Values.Where(rule => rule.Attached is not null);

    /// <summary>The number of rules that wait for something that does not exist yet.</summary>
    public int Pending => Active.Count(rule => rule.Missing is not null);

    /// <summary>The number of rejections and refusals so far.</summary>
    public int Rejected { get; private set; }

    /// <summary>The number of times that rule files were found changed, removed or added.</summary>
    public long Reloads { get; set; }

    /// <summary>Finds a rule by its name; null when nothing is known of it.</summary>
    public ManagedRule? Find(string rule) => _rules.GetValueOrDefault(rule);

    /// <summary>Finds the attached probe of a rule; null when nothing is attached.</summary>
    public AttachedProbe? FindAttached(string rule) => Find(rule)?.Attached;

    /// <summary>Takes the result of an evaluation of the files.</summary>
    /// <param name="desired">The probes of all active rules, in the order of the files.</param>
    /// <param name="missing">The targets that rules wait for, by the names of the rules.</param>
    /// <param name="errors">The errors that there are now.</param>
    /// <param name="now">The monotonic time.</param>
    public void Take(
        IReadOnlyList<RuleProbe> desired, IReadOnlyDictionary<string, string> missing, IReadOnlyList<RuleError> errors, TimeSpan now)
    {
        _errors = errors;
        var wrong = errors.Where(error => error.Rule is not null && !error.IsPackets).DistinctBy(error => error.Rule!.Value)
            .ToDictionary(error => error.Rule!.Value);
        var asked = desired.ToDictionary(one => one.Rule.Name.Value);
        foreach (var name in asked.Keys.Concat(wrong.Keys).Where(name => !_rules.ContainsKey(name)).Distinct().ToList())
        {
            _rules.Add(name, new ManagedRule(name));
        }

        foreach (var (name, rule) in _rules)
        {
            rule.Take(asked.GetValueOrDefault(name), missing.GetValueOrDefault(name), wrong.GetValueOrDefault(name), now);
        }

        Active = [.. desired.Select(one => _rules[one.Rule.Name.Value])];
    }

    /// <summary>True while the budget holds a rule back.</summary>
    public bool AnySuspended(TimeSpan now) => Active.Any(rule => rule.Budget.IsSuspended(now));

    /// <summary>Counts rules that are not active as they are written.</summary>
    public void CountRejected(int rules) => Rejected += rules;

    /// <summary>Makes a snapshot of the current state, and forgets rules of which nothing is left.</summary>
    /// <param name="measuresPrograms">False when the kernel does not report what the rules' programs take.</param>
    /// <param name="now">The monotonic time.</param>
    public void Publish(bool measuresPrograms, TimeSpan now)
    {
        foreach (var gone in _rules.Values.Where(rule => rule.IsGone).ToList())
        {
            _rules.Remove(gone.Name);
        }

        _published = new RuleTableSnapshot
        {
            Rules = [.. Active.Concat(Misread()).Select(rule => rule.Snapshot(now))],
            PacketErrors = [.. _errors.Where(error => error.Rule is not null && error.IsPackets).DistinctBy(error => error.Rule!.Value)],
            Rejected =
            [
                .. _errors.Where(error => !error.Waits).DistinctBy(error => error.File)
                    .Select(error => new RejectedText(error.File, error.Reason)),
            ],
            Reloads = Reloads,
            MeasuresPrograms = measuresPrograms,
        };
    }

    /// <summary>The rules of which no text is active, in the order of their errors.</summary>
    private IEnumerable<ManagedRule> Misread() => _errors.Where(error => error.Rule is not null && !error.IsPackets)
        .Select(error => _rules[error.Rule!.Value]).Where(rule => rule.Desired is null).Distinct();
}
