using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// The packet rule that has each interface. An interface takes one program: the rule that has it keeps it, else it goes to the
/// first one that names it. Pure.
/// </summary>
public sealed class InterfaceClaims
{
    private readonly IReadOnlyList<NetworkInterface> _present;
    private readonly Dictionary<int, string> _holders = [];

    /// <param name="held">The filters that the kernel holds, by the names of their rules.</param>
    /// <param name="desired">The filters that should be attached, in the order of their files.</param>
    /// <param name="present">The interfaces that exist.</param>
    public InterfaceClaims(
        IReadOnlyDictionary<string, HeldFilter> held, IReadOnlyList<DesiredFilter> desired, IReadOnlyList<NetworkInterface> present)
    {
        _present = present;
        foreach (var one in present)
        {
            var rules = desired.Where(filter => IsNamedBy(filter.Rule, one)).ToList();
            var holder = rules.Find(filter => held.TryGetValue(filter.Rule.Name.Value, out var now) && now.Interfaces.Contains(one.Index))
                ?? rules.Find(filter => filter.Lists is not null);
            if (holder is not null)
            {
                _holders[one.Index] = holder.Rule.Name.Value;
            }
        }
    }

    /// <summary>The claims of an agent that starts: nothing is attached yet.</summary>
    public static InterfaceClaims Fresh(IEnumerable<FilterResolution> filters, IReadOnlyList<NetworkInterface> present) =>
        new(new Dictionary<string, HeldFilter>(), [.. filters.Select(filter => filter.Desired)], present);

    /// <summary>The interfaces that a rule names, whichever rule has them.</summary>
    public IEnumerable<NetworkInterface> NamedBy(PacketRule rule) => _present.Where(one => IsNamedBy(rule, one));

    /// <summary>The interfaces that a rule has.</summary>
    public EquatableArray<NetworkInterface> Of(PacketRule rule) =>
        _present.Where(one => _holders.GetValueOrDefault(one.Index) == rule.Name.Value).ToEquatableArray();

    /// <summary>The reason why a rule waits: no interface that it names exists. Null when one does.</summary>
    public string? WhyPending(PacketRule rule)
    {
        if (NamedBy(rule).Any())
        {
            return null;
        }

        return Wildcard.IsIn(rule.Interface.Value)
            ? $"no network interface is called {rule.Interface.Value}"
            : $"there is no network interface {rule.Interface.Value}";
    }

    /// <summary>The reasons why a rule does not have interfaces that it names: other rules have them.</summary>
    public IEnumerable<string> WhyTaken(PacketRule rule)
    {
        foreach (var one in NamedBy(rule))
        {
            if (_holders.TryGetValue(one.Index, out var holder) && holder != rule.Name.Value)
            {
                yield return $"{one.Name} has the packet rule '{holder}' already: an interface takes one";
            }
        }
    }

    private static bool IsNamedBy(PacketRule rule, NetworkInterface one) => NamePattern.Matches(rule.Interface.Value, one.Name);
}
