using TraceAgent.Bpf;
using TraceAgent.Capture;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.Resolving;

/// <summary>A rule resolved against real files.</summary>
/// <param name="Parts">No two with the same plan and the same places of values; at least one.</param>
public sealed record Probe(EquatableArray<ProbePart> Parts)
{
    public IEnumerable<ProbeFile> Files => Parts.SelectMany(part => part.Files);

    /// <summary>All that was found, as one probe; null for nothing.</summary>
    public static Probe? Of(IEnumerable<ProbePart> found)
    {
        var parts = found.GroupBy(part => (part.Abi, part.Plan)).Select(same => new ProbePart(
            same.First().Bound,
            same.SelectMany(part => part.Files).GroupBy(file => file.Identity)
                .Select(one => one.First() with { Sites = one.SelectMany(file => file.Sites).ToEquatableArray() }).ToEquatableArray()));
        var all = parts.ToEquatableArray();
        return all.Count == 0 ? null : new Probe(all);
    }
}

/// <summary>The sites of a rule at which the same programs run.</summary>
/// <param name="Bound">The rule at these sites: where values are, and what is captured.</param>
/// <param name="Files">In which files.</param>
public sealed record ProbePart(BoundRule Bound, EquatableArray<ProbeFile> Files)
{
    public SiteAbi Abi => Bound.Abi;

    public CapturePlan Plan => Bound.Plan;

    /// <summary>The same programs at the same sites, whatever events look like.</summary>
    public bool Equals(ProbePart? other) => other is not null && Abi == other.Abi && Plan == other.Plan && Files == other.Files;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Plan, Files);
}

/// <summary>One file, and what is probed in it.</summary>
/// <param name="Path">What it is called.</param>
/// <param name="Identity">The file, and the state in which it was examined.</param>
/// <param name="Sites">At least one.</param>
public sealed record ProbeFile(string Path, FileIdentity Identity, EquatableArray<ProbeSite> Sites)
{
    /// <summary>What the kernel is asked for.</summary>
    public IEnumerable<UprobeSite> UprobeSites => Sites.Select(site => new UprobeSite(site.FileOffset)
    {
        Exits = site.Exits,
        ReferenceCounter = site.ReferenceCounter,
    });

    /// <summary>Where to open it; not always by its name, which may be one in another mount namespace.</summary>
    public string Source { get; init; } = Path;

    /// <summary>The same inode in the same state with the same sites, wherever it was found.</summary>
    public bool Equals(ProbeFile? other) => other is not null && Identity == other.Identity && Sites == other.Sites;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Identity, Sites);
}

/// <summary>A rule with its probe: as it should be attached, or as it is.</summary>
/// <param name="Rule">As asked; of what is attached, as it was when it was last shaped.</param>
/// <param name="Probe">
/// Null while the target is missing, or has nothing that could be probed. Of what is attached, files that the rule does not lead to any
/// more are among it, while processes run them; and a part without files, when the last was overwritten.
/// </param>
public sealed record RuleProbe(Rule Rule, Probe? Probe)
{
    public EquatableArray<ProbePart> Parts => Probe?.Parts ?? [];
}
