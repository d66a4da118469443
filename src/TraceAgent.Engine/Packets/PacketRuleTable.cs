using TraceAgent.Linux.Host;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// All packet rules that are active or attached. Changed by the thread of the rules; any thread may read what
/// <see cref="Publish"/> has made of it.
/// </summary>
public sealed class PacketRuleTable
{
    private readonly Dictionary<string, ManagedPacketRule> _rules = [];
    private volatile IReadOnlyList<PacketRuleSnapshot> _published = [];

    /// <summary>All packet rules as of the last <see cref="Publish"/>.</summary>
    public IReadOnlyList<PacketRuleSnapshot> Published => _published;

    /// <summary>The active packet rules, in the order of their files.</summary>
    public IReadOnlyList<ManagedPacketRule> Active { get; private set; } = [];

    /// <summary>The filters that should be attached.</summary>
    public IReadOnlyList<DesiredFilter> Desired =>
        [.. Active.Where(rule => rule.IsAdmitted).Select(rule => rule.Resolution!.Desired)];

    /// <summary>The rules of which the kernel holds something.</summary>
    public IReadOnlyList<ManagedPacketRule> Attached => [.. _rules.Values.Where(rule => rule.Attached is not null)];

    /// <summary>The filters that the kernel holds, by the names of their rules.</summary>
    public IReadOnlyDictionary<string, HeldFilter> Held => Attached.ToDictionary(rule => rule.Name, rule => rule.Attached!.Held);

    /// <summary>Finds a rule by its name; null when nothing is known of it.</summary>
    public ManagedPacketRule? Find(string rule) => _rules.GetValueOrDefault(rule);

    /// <summary>Takes the result of an evaluation of the files.</summary>
    /// <param name="resolutions">All active packet rules, with their lists.</param>
    /// <param name="now">The monotonic time.</param>
    /// <returns>The rules with a list that newly differs from its file.</returns>
    public IReadOnlyList<ManagedPacketRule> Take(IReadOnlyList<FilterResolution> resolutions, TimeSpan now)
    {
        var asked = resolutions.ToDictionary(one => one.Desired.Rule.Name.Value);
        foreach (var name in asked.Keys.Where(name => !_rules.ContainsKey(name)))
        {
            _rules.Add(name, new ManagedPacketRule(name));
        }

        var differing = _rules.Values.Where(rule => rule.Take(asked.GetValueOrDefault(rule.Name), now)).ToHashSet();
        Active = [.. resolutions.Select(one => _rules[one.Desired.Rule.Name.Value])];
        return [.. Active.Where(differing.Contains)];
    }

    /// <summary>Makes a snapshot of the current state, and forgets rules of which nothing is left.</summary>
    /// <param name="present">The current interfaces.</param>
    public void Publish(IReadOnlyList<NetworkInterface> present)
    {
        foreach (var gone in _rules.Values.Where(rule => rule.Resolution is null && rule.Attached is null).ToList())
        {
            _rules.Remove(gone.Name);
        }

        var claims = new InterfaceClaims(Held, [.. Active.Select(rule => rule.Resolution!.Desired)], present);
        _published = [.. Active.Select(rule => rule.Snapshot(present, claims))];
    }
}
