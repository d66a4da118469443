using TraceAgent.Bpf.Linux;
using TraceAgent.Capture;
using TraceAgent.Rules;

namespace TraceAgent.Reconciling;

/// <summary>What the agent holds for one rule.</summary>
internal sealed class AttachedProbe(Rule rule, RuleBooks books)
{
    /// <summary>As it was when it was last shaped.</summary>
    public Rule Rule { get; set; } = rule;

    public RuleBooks Books { get; } = books;

    /// <summary>No two with the same plan.</summary>
    public List<AttachedPart> Parts { get; } = [];

    /// <summary>Where the rule leads now; what is attached besides are files whose processes still run.</summary>
    public IReadOnlySet<FileIdentity> Current { get; set; } = new HashSet<FileIdentity>();

    public HeldProbe Held => new(Rule, Parts.Select(part => part.Held).ToEquatableArray());

    public IEnumerable<AttachedFile> Files => Parts.SelectMany(part => part.Files);
}
