using TraceAgent.Engine.Evaluation;
using TraceAgent.Engine.Guards;
using TraceAgent.Engine.Reconciling;
using TraceAgent.Engine.Sources;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Watching;

/// <summary>The status of all rules. Written by the thread of the rules, read by any.</summary>
public sealed class StandingBoard
{
    private volatile IReadOnlyList<RuleStanding> _rules = [];
    private volatile IReadOnlyList<RejectedText> _rejected = [];
    private volatile IReadOnlyList<RuleError> _packetErrors = [];
    private RuleEvaluation? _evaluation;
    private IReadOnlyList<RuleFileVersion> _versions = [];
    private long _reloads;
    private volatile bool _measuresPrograms = true;

    public IReadOnlyList<RuleStanding> Rules => _rules;

    /// <summary>The errors of newer texts of packet rules.</summary>
    public IReadOnlyList<RuleError> PacketErrors => _packetErrors;

    public IReadOnlyList<RejectedText> Rejected => _rejected;

    /// <summary>The number of times that rule files were found changed, removed or added.</summary>
    public long Reloads => Volatile.Read(ref _reloads);

    /// <summary>False when the kernel does not report what the rules' programs take.</summary>
    public bool MeasuresPrograms => _measuresPrograms;

    public void Evaluated(RuleEvaluation evaluation, IReadOnlyList<RuleFileVersion> versions)
    {
        if (_evaluation is not null && !versions.SequenceEqual(_versions, ReferenceEqualityComparer.Instance))
        {
            Volatile.Write(ref _reloads, _reloads + 1);
        }

        (_evaluation, _versions) = (evaluation, versions);
    }

    public void Update(Reconciler reconciler, RuleGuard guard, TimeSpan now)
    {
        if (_evaluation is not { } evaluation)
        {
            return;
        }

        var faults = evaluation.Faults.Where(fault => fault.Rule is not null && !fault.IsPackets)
            .DistinctBy(fault => fault.Rule!.Value).ToDictionary(fault => fault.Rule!.Value);
        var pending = evaluation.Pending.ToDictionary(one => one.Rule.Name.Value, one => one.Missing);
        var standings = new List<RuleStanding>();
        foreach (var rule in evaluation.Desired.Select(one => one.Rule))
        {
            faults.Remove(rule.Name.Value, out var fault);
            var (state, reason, sites) = Judge(rule, fault, pending, reconciler, guard, now);
            var budget = rule.BudgetPercent is { } percent && double.IsFinite(percent) ? percent : (double?)null;
            standings.Add(new RuleStanding(
                rule.Name.Value,
                state, reason, PlaceOf(rule.Name), rule.Binary.Value.Text, sites, budget, guard.UsedPercent(rule.Name.Value)));
        }

        standings.AddRange(faults.Values.Select(fault =>
            new RuleStanding(fault.Rule!.Value, RuleState.Rejected, fault.Reason, PlaceOf(fault.Rule), null, 0, null, null)));
        _rules = standings;
        _packetErrors = [
            .. evaluation.Faults.Where(fault => fault.Rule is not null && fault.IsPackets).DistinctBy(fault => fault.Rule!.Value)];
        _rejected = [.. evaluation.Faults.DistinctBy(fault => fault.File).Select(fault => new RejectedText(fault.File, fault.Reason))];
        _measuresPrograms = guard.MeasuresPrograms != false;
    }

    private static (RuleState State, string? Reason, int Sites) Judge(
        Rule rule, RuleError? fault, Dictionary<string, string> pending, Reconciler reconciler, RuleGuard guard, TimeSpan now)
    {
        var name = rule.Name.Value;
        if (guard.Objection(name, now) is { } objection)
        {
            return (objection.State, objection.Reason, 0);
        }

        var refusal = reconciler.WhyRefused(name);
        if (reconciler.Attached.TryGetValue(name, out var probe) && probe.Files.Any())
        {
            return (RuleState.Attached, fault?.Reason ?? refusal, probe.Files.Sum(file => file.Sites.Count));
        }

        if (pending.TryGetValue(name, out var missing))
        {
            return (RuleState.Pending, $"{missing} yet", 0);
        }

        if (fault is not null)
        {
            return (RuleState.Rejected, fault.Reason, 0);
        }

        return refusal is not null
            ? (RuleState.Refused, refusal, 0)
            : (RuleState.Pending, $"{rule.Binary.Value.Text} is being written, or was replaced; it is checked again when it is quiet", 0);
    }

    private static string PlaceOf(Located<string> name) => $"{name.At.File}:{name.At.Line}";
}
