using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Symbols;

namespace TraceAgent.Engine.Resolving;

/// <summary>A rule resolved against real files.</summary>
/// <param name="Parts">The parts, at least one; no two with the same plan and the same places of values.</param>
public sealed record Probe(EquatableArray<ProbePart> Parts)
{
    public IEnumerable<ProbeFile> Files => Parts.SelectMany(part => part.Files);

    /// <summary>The parts that were found, as one probe; null for none.</summary>
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
/// <param name="Files">The files with these sites.</param>
public sealed record ProbePart(BoundRule Bound, EquatableArray<ProbeFile> Files)
{
    public SiteAbi Abi => Bound.Abi;

    public CapturePlan Plan => Bound.Plan;

    /// <summary>Equality by programs and sites, whatever events look like.</summary>
    public bool Equals(ProbePart? other) => other is not null && Abi == other.Abi && Plan == other.Plan && Files == other.Files;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Plan, Files);
}

/// <summary>One file, and what is probed in it.</summary>
/// <param name="Path">The name of the file.</param>
/// <param name="Identity">The file, and the state in which it was examined.</param>
/// <param name="Sites">The sites, at least one.</param>
public sealed record ProbeFile(string Path, FileIdentity Identity, EquatableArray<ProbeSite> Sites)
{
    /// <summary>The path to open the file by; not always its name, which may be one in another mount namespace.</summary>
    public string Source { get; init; } = Path;

    /// <summary>Equality by inode, state and sites, wherever the file was found.</summary>
    public bool Equals(ProbeFile? other) => other is not null && Identity == other.Identity && Sites == other.Sites;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Identity, Sites);
}

/// <summary>A rule with its probe: as it should be attached, or as it is.</summary>
/// <param name="Rule">The rule as asked; for what is attached, as it was when it was last reshaped.</param>
/// <param name="Probe">
/// The probe; null while the target is missing, or has nothing that could be probed. For what is attached, files that the rule
/// does not lead to any more are among it, while processes run them; and a part without files, when the last was overwritten.
/// </param>
public sealed record RuleProbe(Rule Rule, Probe? Probe)
{
    public EquatableArray<ProbePart> Parts => Probe?.Parts ?? [];
}
