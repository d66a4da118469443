using TraceAgent.Capture;
using TraceAgent.Linux;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>The status of a packet rule, without its counters.</summary>
/// <param name="Rule">The rule as it is active.</param>
/// <param name="State">The current state.</param>
/// <param name="Reason">The reason why it is not attached, or what is not as it should be.</param>
/// <param name="Attached">The interfaces, and the modes that are used on them.</param>
/// <param name="Denied">The number of active denied prefixes.</param>
/// <param name="Allowed">The number of active allowed prefixes.</param>
public sealed record PacketStanding(
    PacketRule Rule, RuleState State, string? Reason, IReadOnlyList<InterfaceStatus> Attached, int Denied, int Allowed);

/// <summary>The status of all packet rules. Written by the thread of the rules, read by any.</summary>
public sealed class PacketBoard
{
    private volatile IReadOnlyList<PacketStanding> _rules = [];

    public IReadOnlyList<PacketStanding> Rules => _rules;

    public static string MissingInterface(PacketRule rule) => Wildcard.IsIn(rule.Interface.Value)
        ? $"no network interface is called {rule.Interface.Value}"
        : $"there is no network interface {rule.Interface.Value}";

    public void Update(
        IReadOnlyList<FilterResolution> resolutions,
        PacketReconciler reconciler, IReadOnlyList<NetworkInterface> present, Func<string, TimeSpan?> expiredTtl)
    {
        var claims = PacketPlan.Claims(
            reconciler.Attached.ToDictionary(one => one.Key, one => one.Value.Held), [.. resolutions.Select(one => one.Desired)], present);
        _rules = [.. resolutions.Select(one => StandingOf(one, reconciler, present, claims, expiredTtl))];
    }

    private static PacketStanding StandingOf(
        FilterResolution resolution,
        PacketReconciler reconciler, IReadOnlyList<NetworkInterface> present, IReadOnlyDictionary<int, string> claims,
        Func<string, TimeSpan?> expiredTtl)
    {
        var rule = resolution.Desired.Rule;
        var name = rule.Name.Value;
        if (expiredTtl(name) is { } ttl)
        {
            return new PacketStanding(rule, RuleState.Expired, TimeToLive.DescribeEnd(ttl), [], 0, 0);
        }

        var filter = reconciler.Attached.GetValueOrDefault(name);
        var meant = present.Where(one => PacketPlan.Means(rule, one.Name)).ToList();
        var refusal = reconciler.WhyRefused(name) ?? PacketPlan.WhyTaken(rule, claims, meant);
        if (filter is { Attachments.Count: > 0 })
        {
            InterfaceStatus[] attached =
            [
                .. filter.Attachments.Select(one => new InterfaceStatus(
                    present.FirstOrDefault(link => link.Index == one.InterfaceIndex)?.Name ?? one.InterfaceName,
                    one.InterfaceIndex, one.Mode.ToString().ToLowerInvariant())),
            ];
            return new PacketStanding(
                rule, RuleState.Attached, resolution.Doubt ?? refusal, attached, filter.Lists.Deny.Count, filter.Lists.Allow.Count);
        }

        if (resolution.Desired.Lists is null)
        {
            return new PacketStanding(rule, RuleState.Pending, resolution.Doubt, [], 0, 0);
        }

        return meant.Count == 0
            ? new PacketStanding(rule, RuleState.Pending, MissingInterface(rule), [], 0, 0)
            : new PacketStanding(rule, RuleState.Refused, refusal ?? resolution.Doubt, [], 0, 0);
    }
}
