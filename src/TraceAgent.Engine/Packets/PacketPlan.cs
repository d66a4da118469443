using TraceAgent.Capture;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>One step for one packet rule.</summary>
public abstract record PacketStep
{
    private PacketStep()
    {
    }

    /// <summary>Loads a filter for a rule that has none, and attaches it to these interfaces.</summary>
    public sealed record Load(PacketRule Rule, PrefixLists Lists, EquatableArray<NetworkInterface> Interfaces) : PacketStep;

    /// <summary>Replaces the filter by a new one, because it must be made with other options.</summary>
    public sealed record Replace(PacketRule Rule, PrefixLists Lists, EquatableArray<NetworkInterface> Interfaces) : PacketStep;

    /// <summary>Attaches the filter to one more interface.</summary>
    public sealed record Extend(string Rule, NetworkInterface Interface) : PacketStep;

    /// <summary>Detaches the filter from an interface that the rule does not name any more, or that is gone.</summary>
    public sealed record Leave(string Rule, int Index) : PacketStep;

    /// <summary>Changes which packets are dropped. Nothing is detached.</summary>
    public sealed record Update(PacketRule Rule, PrefixLists Lists) : PacketStep;

    /// <summary>Changes only what lines look like. Nothing in the kernel is touched.</summary>
    public sealed record Reshape(PacketRule Rule) : PacketStep;

    public sealed record Detach(string Rule) : PacketStep;
}

/// <summary>The attached filter of one packet rule.</summary>
/// <param name="Rule">The rule as it was when it was last reshaped.</param>
/// <param name="Lists">The lists in the kernel.</param>
/// <param name="Interfaces">The indices of the interfaces that the filter is attached to.</param>
public sealed record HeldFilter(PacketRule Rule, PrefixLists Lists, EquatableArray<int> Interfaces);

/// <summary>Plans the steps from what is attached to what should be. Pure; the same twice gives no steps.</summary>
public static class PacketPlan
{
    public static EquatableArray<PacketStep> Between(
        IReadOnlyDictionary<string, HeldFilter> held, IReadOnlyList<DesiredFilter> desired, IReadOnlyList<NetworkInterface> present)
    {
        var steps = new List<PacketStep>();
        var wanted = desired.Select(one => one.Rule.Name.Value).ToHashSet();
        foreach (var name in held.Keys.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal))
        {
            steps.Add(new PacketStep.Detach(name));
        }

        var claims = new InterfaceClaims(held, desired, present);

        // Rules that leave an interface come first: another one may take it.
        var coming = new List<PacketStep>();
        foreach (var (rule, lists) in desired)
        {
            var name = rule.Name.Value;
            var own = claims.Of(rule);
            if (held.GetValueOrDefault(name) is not { } now)
            {
                if (lists is not null && own.Count > 0)
                {
                    coming.Add(new PacketStep.Load(rule, lists, own));
                }

                continue;
            }

            if (IsMadeOtherwise(rule, now.Rule))
            {
                coming.Add(new PacketStep.Replace(rule, lists ?? now.Lists, own));
                continue;
            }

            steps.AddRange(
                now.Interfaces.Where(index => own.All(one => one.Index != index)).Select(index => new PacketStep.Leave(name, index)));
            if ((lists is not null && lists != now.Lists) || rule.DryRun != now.Rule.DryRun)
            {
                coming.Add(new PacketStep.Update(rule, lists ?? now.Lists));
            }
            else if (rule != now.Rule)
            {
                coming.Add(new PacketStep.Reshape(rule));
            }

            coming.AddRange(own.Where(one => !now.Interfaces.Contains(one.Index)).Select(one => new PacketStep.Extend(name, one)));
        }

        return steps.Concat(coming).ToEquatableArray();
    }

    /// <summary>True when the kernel's tables, or the way to the interface, must be others.</summary>
    private static bool IsMadeOtherwise(PacketRule rule, PacketRule before) =>
        rule.Mode != before.Mode || rule.MaxSources != before.MaxSources || rule.Count is null != before.Count is null;
}
