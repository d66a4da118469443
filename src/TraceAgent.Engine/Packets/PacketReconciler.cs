using System.Diagnostics;
using TraceAgent.Bpf.Packets;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.Packets;

/// <summary>Carries out what <see cref="PacketPlan"/> decides. Used by one thread.</summary>
public sealed class PacketReconciler(PacketReports reports, IPacketListener reporter)
{
    /// <summary>The pause after a refusal, since a network card may go down for a moment when a program is tried on it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>The expected share of denied sources for a rule that counts: one in this many.</summary>
    private const int DeniedShare = 4;

    private readonly Dictionary<string, AttachedFilter> _attached = [];
    private readonly Dictionary<string, PacketCounters> _counters = [];
    private readonly Dictionary<(string Rule, int Index), Refusal> _refusals = [];
    private readonly Dictionary<string, (PacketStep Step, Refusal Refusal)> _refusedSteps = [];

    /// <summary>The active filters, by the name of their rule.</summary>
    public IReadOnlyDictionary<string, AttachedFilter> Attached => _attached;

    public IReadOnlyList<PacketCounters> Counters
    {
        get
        {
            lock (_counters)
            {
                return [.. _counters.Values];
            }
        }
    }

    /// <summary>The reason why a rule, or one of its interfaces, is not as it should be; null when all is well.</summary>
    public string? WhyRefused(string rule) =>
        _refusedSteps.TryGetValue(rule, out var step) ? step.Refusal.Reason
        : _refusals.Where(one => one.Key.Rule == rule).Select(one => one.Value.Reason).FirstOrDefault();

    /// <summary>The options of the kernel's tables for a rule.</summary>
    public static PacketFilterOptions OptionsOf(PacketRule rule) => new()
    {
        SourceCapacity = rule.MaxSources,
        DeniedCapacity = rule.Count is null ? rule.MaxSources : Math.Max(PacketRule.MinSources, rule.MaxSources / DeniedShare),
        PrefixCapacity = PrefixFileReader.MaxPrefixes,
        CountsSources = rule.Count is not null,
        DryRun = rule.DryRun,
    };

    public void Apply(IReadOnlyList<DesiredFilter> desired, IReadOnlyList<NetworkInterface> present)
    {
        var indices = present.Select(one => one.Index).ToHashSet();
        var rules = desired.Select(one => one.Rule.Name.Value).ToHashSet();
        foreach (var gone in _refusals.Keys.Where(one => !indices.Contains(one.Index) || !rules.Contains(one.Rule)).ToList())
        {
            _refusals.Remove(gone);
        }

        foreach (var gone in _refusedSteps.Keys.Where(name => !rules.Contains(name)).ToList())
        {
            _refusedSteps.Remove(gone);
        }

        var held = _attached.ToDictionary(one => one.Key, one => one.Value.Held);
        foreach (var step in PacketPlan.Between(held, desired, present))
        {
            switch (step)
            {
                case PacketStep.Load(var rule, var lists, var interfaces):
                    Try(rule, step, () => Load(rule, lists, interfaces));
                    break;
                case PacketStep.Replace(var rule, var lists, var interfaces):
                    Try(rule, step, () => Replace(rule, lists, interfaces));
                    break;
                case PacketStep.Update(var rule, var lists):
                    Try(rule, step, () => reporter.Updated(rule, _attached[rule.Name.Value].Update(rule, lists), lists));
                    break;
                case PacketStep.Reshape(var rule):
                    _attached[rule.Name.Value].Show(rule);
                    reporter.Reshaped(rule);
                    break;
                case PacketStep.Extend(var name, var one):
                    if (_attached.TryGetValue(name, out var filter))
                    {
                        Attach(filter, one);
                    }

                    break;
                case PacketStep.Leave(var name, var index):
                    _attached[name].Leave(index);
                    reporter.Left(_attached[name].Rule, present.FirstOrDefault(one => one.Index == index)?.Name);
                    break;
                case PacketStep.Detach(var name):
                    Detach(name);
                    reporter.Detached(name, "it is not in the rule files any more");
                    break;
            }
        }
    }

    /// <summary>Detaches a rule at once, and reports its last counters.</summary>
    public void Detach(string rule)
    {
        if (_attached.Remove(rule, out var filter))
        {
            Close(filter);
        }
    }

    /// <summary>Detaches everything; when this returns no packet is counted any more.</summary>
    public void DetachAll()
    {
        foreach (var filter in _attached.Values)
        {
            filter.DetachAll();
        }

        foreach (var name in _attached.Keys.Order(StringComparer.Ordinal).ToList())
        {
            Detach(name);
        }
    }

    private void Close(AttachedFilter filter)
    {
        using (filter)
        {
            filter.DetachAll();
            reports.ReportLast(filter);
            filter.Counters.Close();
        }
    }

    private void Load(PacketRule rule, PrefixLists lists, IEnumerable<NetworkInterface> interfaces)
    {
        var filter = new AttachedFilter(rule, PacketFilter.Load(rule.Name.Value, OptionsOf(rule)), CountersOf(rule.Name.Value));
        try
        {
            filter.Update(rule, lists);
        }
        catch
        {
            filter.Dispose();
            throw;
        }

        _attached.Add(rule.Name.Value, filter);
        foreach (var one in interfaces)
        {
            Attach(filter, one);
        }
    }

    /// <summary>Replaces a filter. An interface takes one program: between the two, packets pass uncounted.</summary>
    private void Replace(PacketRule rule, PrefixLists lists, IEnumerable<NetworkInterface> interfaces)
    {
        Detach(rule.Name.Value);
        reporter.Replaced(rule);
        Load(rule, lists, interfaces);
    }

    private void Attach(AttachedFilter filter, NetworkInterface one)
    {
        var key = (filter.Rule.Name.Value, one.Index);
        var before = _refusals.GetValueOrDefault(key);
        if (before is not null && before.IsPausing)
        {
            return;
        }

        try
        {
            var attachment = filter.Attach(one.Index, one.Name);
            _refusals.Remove(key);
            reporter.Attached(filter.Rule, attachment, filter.Lists);
        }
        catch (Exception problem) when (problem is KernelException or InterfaceTakenException)
        {
            _refusals[key] = new Refusal(
                problem.Message, problem is InterfaceTakenException ? TimeSpan.Zero : Pause, Stopwatch.GetTimestamp());
            if (before?.Reason != problem.Message)
            {
                reporter.Refused(filter.Rule, problem.Message);
            }
        }
    }

    /// <summary>
    /// Tries a step. A refusal by the kernel is reported once, and tried again later or when something else is asked for.
    /// </summary>
    private void Try(PacketRule rule, PacketStep step, Action action)
    {
        var name = rule.Name.Value;
        var known = _refusedSteps.TryGetValue(name, out var before) && before.Step == step;
        if (known && before.Refusal.IsPausing)
        {
            return;
        }

        try
        {
            action();
            _refusedSteps.Remove(name);
        }
        catch (KernelException problem)
        {
            _refusedSteps[name] = (step, new Refusal(problem.Message, Pause, Stopwatch.GetTimestamp()));
            if (!known || before.Refusal.Reason != problem.Message)
            {
                reporter.Refused(rule, problem.Message);
            }
        }
    }

    private PacketCounters CountersOf(string rule)
    {
        lock (_counters)
        {
            if (!_counters.TryGetValue(rule, out var counters))
            {
                _counters[rule] = counters = new PacketCounters(rule);
            }

            return counters;
        }
    }

    private sealed record Refusal(string Reason, TimeSpan Pause, long At)
    {
        public bool IsPausing => Stopwatch.GetElapsedTime(At) < Pause;
    }
}
