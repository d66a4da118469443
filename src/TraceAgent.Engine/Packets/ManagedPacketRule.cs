using TraceAgent.Engine.State;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>One packet rule, and everything that the agent knows of it. Changed by the thread of the rules.</summary>
/// <param name="name">The rule's name.</param>
public sealed class ManagedPacketRule(string name)
{
    private readonly Dictionary<int, PacketRefusal> _refusals = [];

    public string Name => name;

    /// <summary>The active rule, with its lists; null when it is in no file any more.</summary>
    public FilterResolution? Resolution { get; private set; }

    public Lifetime Lifetime { get; private set; } = new(TimeSpan.Zero);

    /// <summary>The filter that the kernel holds; null when nothing is loaded.</summary>
    public AttachedFilter? Attached { get; set; }

    /// <summary>The step that the kernel refused the last time; null when it took everything.</summary>
    public (PacketStep Step, PacketRefusal Refusal)? RefusedStep { get; set; }

    /// <summary>The reason why the rule does not have an interface that it names, as it was reported; null when it has all.</summary>
    public string? Taken { get; set; }

    /// <summary>True when no interface that the rule names exists, as it was reported.</summary>
    public bool IsPending { get; set; }

    /// <summary>True when the rule should be attached.</summary>
    public bool IsAdmitted => Resolution is not null && !Lifetime.IsOver;

    /// <summary>The reason why the rule, or one of its interfaces, is not as it should be; null when all is well.</summary>
    public string? WhyRefused => RefusedStep?.Refusal.Reason ?? _refusals.Values.Select(one => one.Reason).FirstOrDefault();

    /// <summary>Takes the result of the latest evaluation of the files. An edited rule starts again.</summary>
    /// <returns>True when a list newly differs from its file, which is to be reported.</returns>
    public bool Take(FilterResolution? resolution, TimeSpan now)
    {
        var isNews = resolution?.Warning is { } warning && warning != Resolution?.Warning;
        if (resolution is null || resolution.Desired.Rule != Resolution?.Desired.Rule)
        {
            Lifetime = new Lifetime(now);
        }

        if (resolution is null)
        {
            (RefusedStep, Taken, IsPending) = (null, null, false);
            _refusals.Clear();
        }

        Resolution = resolution;
        return isNews;
    }

    /// <summary>Finds the last refusal of an interface; null when it took the filter.</summary>
    public PacketRefusal? FindRefusal(int interfaceIndex) => _refusals.GetValueOrDefault(interfaceIndex);

    public void Accepted(int interfaceIndex) => _refusals.Remove(interfaceIndex);

    public void Refused(int interfaceIndex, PacketRefusal refusal) => _refusals[interfaceIndex] = refusal;

    /// <summary>Forgets the refusals of interfaces that are gone.</summary>
    public void ForgetAllBut(IReadOnlySet<int> present)
    {
        foreach (var gone in _refusals.Keys.Where(index => !present.Contains(index)).ToList())
        {
            _refusals.Remove(gone);
        }
    }

    /// <summary>Describes the rule as it is now.</summary>
    /// <param name="present">The current interfaces.</param>
    /// <param name="claims">The rules that have them.</param>
    public PacketRuleSnapshot Snapshot(IReadOnlyList<NetworkInterface> present, InterfaceClaims claims)
    {
        var rule = Resolution!.Desired.Rule;
        if (Lifetime.IsOver)
        {
            return new PacketRuleSnapshot(rule, RuleState.Expired, TimeToLive.DescribeEnd(rule.Ttl ?? default));
        }

        var refusal = WhyRefused ?? claims.WhyTaken(rule).FirstOrDefault();
        if (Attached is { Attachments.Count: > 0 } filter)
        {
            return new PacketRuleSnapshot(rule, RuleState.Attached, Resolution.Warning ?? refusal)
            {
                Attached =
                [
                    .. filter.Attachments.Select(one => new InterfaceStatus(
                        present.FirstOrDefault(link => link.Index == one.InterfaceIndex)?.Name ?? one.InterfaceName,
                        one.InterfaceIndex, one.Mode.ToString().ToLowerInvariant())),
                ],
                Denied = filter.Lists.Deny.Count,
                Allowed = filter.Lists.Allow.Count,
            };
        }

        if (Resolution.Desired.Lists is null)
        {
            return new PacketRuleSnapshot(rule, RuleState.Pending, Resolution.Warning);
        }

        return claims.WhyPending(rule) is { } missing
            ? new PacketRuleSnapshot(rule, RuleState.Pending, missing)
            : new PacketRuleSnapshot(rule, RuleState.Refused, refusal ?? Resolution.Warning);
    }
}
