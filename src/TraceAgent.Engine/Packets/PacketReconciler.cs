using System.Diagnostics;
using TraceAgent.Bpf.Xdp;
using TraceAgent.Engine.Counters;
using TraceAgent.Linux;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.Packets;

/// <summary>Carries out what <see cref="PacketPlan"/> decides. Used by one thread.</summary>
public sealed class PacketReconciler(
    PacketRuleTable rules, CounterTable<PacketCounters> counters, PacketReports reports, IPacketListener reporter)
{
    /// <summary>The pause after a refusal, since a network card may go down for a moment when a program is tried on it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>The expected share of denied sources for a rule that counts: one in this many.</summary>
    private const int DeniedShare = 4;

    /// <summary>The options of the kernel's tables for a rule.</summary>
    public static PacketFilterOptions OptionsOf(PacketRule rule) => new()
    {
        SourceCapacity = rule.MaxSources,
        DeniedCapacity = rule.Count is null ? rule.MaxSources : Math.Max(PacketRule.MinSources, rule.MaxSources / DeniedShare),
        PrefixCapacity = PrefixFileReader.MaxPrefixes,
        CountsSources = rule.Count is not null,
        DryRun = rule.DryRun,
    };

    /// <summary>Brings what is attached in line with <see cref="PacketRuleTable.Desired"/>.</summary>
    /// <param name="present">The current interfaces.</param>
    public void Apply(IReadOnlyList<NetworkInterface> present)
    {
        var indices = present.Select(one => one.Index).ToHashSet();
        foreach (var rule in rules.Active)
        {
            rule.ForgetAllBut(indices);
        }

        foreach (var step in PacketPlan.Between(rules.Held, rules.Desired, present))
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
                    Try(rule, step, () => reporter.Updated(rule, Filter(rule.Name.Value).Update(rule, lists), lists));
                    break;
                case PacketStep.Reshape(var rule):
                    Filter(rule.Name.Value).Show(rule);
                    reporter.Reshaped(rule);
                    break;
                case PacketStep.Extend(var name, var one):
                    if (rules.Find(name) is { Attached: { } filter } managed)
                    {
                        Attach(managed, filter, one);
                    }

                    break;
                case PacketStep.Leave(var name, var index):
                    Filter(name).Leave(index);
                    reporter.Left(Filter(name).Rule, present.FirstOrDefault(one => one.Index == index)?.Name);
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
        if (rules.Find(rule) is { Attached: { } filter } managed)
        {
            managed.Attached = null;
            Close(filter);
        }
    }

    /// <summary>Detaches everything; when this returns no packet is counted any more.</summary>
    public void DetachAll()
    {
        var attached = rules.Attached;
        foreach (var rule in attached)
        {
            rule.Attached!.DetachAll();
        }

        foreach (var rule in attached.OrderBy(rule => rule.Name, StringComparer.Ordinal))
        {
            Detach(rule.Name);
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
        var filter = new AttachedFilter(rule, PacketFilter.Load(rule.Name.Value, OptionsOf(rule)), counters.Of(rule.Name.Value));
        try
        {
            filter.Update(rule, lists);
        }
        catch
        {
            filter.Dispose();
            throw;
        }

        var managed = rules.Find(rule.Name.Value)!;
        managed.Attached = filter;
        foreach (var one in interfaces)
        {
            Attach(managed, filter, one);
        }
    }

    /// <summary>Replaces a filter. An interface takes one program: between the two, packets pass uncounted.</summary>
    private void Replace(PacketRule rule, PrefixLists lists, IEnumerable<NetworkInterface> interfaces)
    {
        Detach(rule.Name.Value);
        reporter.Replaced(rule);
        Load(rule, lists, interfaces);
    }

    private void Attach(ManagedPacketRule managed, AttachedFilter filter, NetworkInterface one)
    {
        var before = managed.FindRefusal(one.Index);
        if (before is not null && before.IsPausing)
        {
            return;
        }

        try
        {
            var attachment = filter.Attach(one.Index, one.Name);
            managed.Accepted(one.Index);
            reporter.Attached(filter.Rule, attachment, filter.Lists);
        }
        catch (Exception problem) when (problem is KernelException or InterfaceTakenException)
        {
            managed.Refused(one.Index, new PacketRefusal(
                problem.Message, problem is InterfaceTakenException ? TimeSpan.Zero : Pause, Stopwatch.GetTimestamp()));
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
        var managed = rules.Find(rule.Name.Value)!;
        var before = managed.RefusedStep is { } refused && refused.Step == step ? refused.Refusal : null;
        if (before is { IsPausing: true })
        {
            return;
        }

        try
        {
            action();
            managed.RefusedStep = null;
        }
        catch (KernelException problem)
        {
            managed.RefusedStep = (step, new PacketRefusal(problem.Message, Pause, Stopwatch.GetTimestamp()));
            if (before?.Reason != problem.Message)
            {
                reporter.Refused(rule, problem.Message);
            }
        }
    }

    private AttachedFilter Filter(string rule) => rules.Find(rule)!.Attached!;
}
