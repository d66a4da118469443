using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Drafts;

/// <summary>The part of a rule that has been read so far. A key that is present but null here was wrong, and that is reported.</summary>
internal sealed class RuleDraft(string baseDirectory) : LineDraft
{
    public string BaseDirectory => baseDirectory;

    public Located<Target>? Binary { get; set; }

    /// <summary>The name of the processes of <see cref="Binary"/>, while it is read.</summary>
    public Located<string>? Process { get; set; }

    /// <summary>The library of these processes.</summary>
    public Located<string>? Library { get; set; }

    public ProcessFilter? Filter { get; set; }

    public Located<Location>? Where { get; set; }

    public int MaxSites { get; set; } = Rule.DefaultMaxSites;

    public IReadOnlyList<WrittenArgument>? Arguments { get; set; }

    /// <summary>True when debug information says the arguments.</summary>
    public bool HasAutomaticArguments { get; set; }

    public StructureLimits Limits { get; set; } = StructureLimits.Default;

    public IReadOnlyList<WrittenArgument>? SignatureArguments { get; set; }

    public TypeSpec? SignatureReturn { get; set; }

    /// <summary>The form of the call according to the signature.</summary>
    public CallForm? Form { get; set; }

    /// <summary>The computed values with their keys, for their positions.</summary>
    public List<(YamlScalar Key, UnparsedCapture Capture)> Captures { get; } = [];

    public YamlScalar? When { get; set; }

    public int SampleEvery { get; set; } = 1;

    public int? LimitPerSecond { get; set; }

    public double? BudgetPercent { get; set; }

    public List<Located<string>> Redact { get; } = [];

    public List<Located<string>> NotSecret { get; } = [];

    public bool ReturnsAtInstructions { get; set; } = true;

    public bool ReadsPlainly { get; set; }

    public bool AllowsUnsafe { get; set; }

    public ProbeTrigger? On { get; set; }

    public TypeSpec? Return { get; set; }

    /// <summary>The text that the positions in <see cref="Return"/> count in.</summary>
    public YamlScalar? ReturnSource { get; set; }

    /// <summary>The results by name, when the rule lists them.</summary>
    public IReadOnlyList<WrittenArgument>? Results { get; set; }

    /// <summary>True when <c>ret</c> says <c>void</c>.</summary>
    public bool ReturnIsVoid { get; set; }

    /// <summary>True when the signature says <c>void</c>, or the results have names of their own.</summary>
    public bool ReturnsNothing { get; set; }

    /// <summary>A text for every event of the rule.</summary>
    public YamlScalar? Format { get; set; }

    /// <summary>The texts by event; null unless <c>format</c> is a mapping.</summary>
    public FormatDraft? Formats { get; set; }
}
