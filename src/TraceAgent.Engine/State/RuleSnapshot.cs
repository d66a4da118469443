using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.State;

/// <summary>A rule as it was at one moment, without its counters. Immutable.</summary>
public sealed record RuleSnapshot
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    public required RuleState State { get; init; }

    /// <summary>The reason why the rule is not attached, or the error of a newer text of it.</summary>
    public string? Reason { get; init; }

    /// <summary>The place of its name; null when it is in no file any more.</summary>
    public SourceSpan? Place { get; init; }

    /// <summary>The binary as the rule names it; null when that could not be read.</summary>
    public string? Binary { get; init; }

    /// <summary>The number of attached sites.</summary>
    public int Sites { get; init; }

    /// <summary>The budget in percent of one CPU; null for none.</summary>
    public double? BudgetPercent { get; init; }

    /// <summary>The cost in percent of one CPU over the last second; null while that is not known.</summary>
    public double? CostPercent { get; init; }
}

/// <summary>All rules as they were at one moment. Immutable.</summary>
public sealed record RuleTableSnapshot
{
    public IReadOnlyList<RuleSnapshot> Rules { get; init; } = [];

    /// <summary>The errors in newer texts of packet rules, one for each rule.</summary>
    public IReadOnlyList<RuleError> PacketErrors { get; init; } = [];

    /// <summary>The files whose current text is not active.</summary>
    public IReadOnlyList<RejectedText> Rejected { get; init; } = [];

    /// <summary>The number of times that rule files were found changed, removed or added.</summary>
    public long Reloads { get; init; }

    /// <summary>False when the kernel does not report what the rules' programs take.</summary>
    public bool MeasuresPrograms { get; init; } = true;
}

/// <summary>A rule file whose text is not active as it is written.</summary>
public sealed record RejectedText(string File, string Reason);
