namespace TraceAgent.Engine.Managed;

/// <summary>How a rule was at one moment, without its counters. Immutable.</summary>
public sealed record RuleSnapshot
{
    /// <summary>Its name.</summary>
    public required string Rule { get; init; }

    public required RuleState State { get; init; }

    /// <summary>Why it is not attached, or what is wrong with a newer text of it.</summary>
    public string? Reason { get; init; }

    /// <summary>File and line that its name stands in; empty when it is in no file any more.</summary>
    public string Place { get; init; } = "";

    /// <summary>As the rule names it; null when that could not be read.</summary>
    public string? Binary { get; init; }

    /// <summary>Attached.</summary>
    public int Sites { get; init; }

    /// <summary>Of one CPU; null for none.</summary>
    public double? BudgetPercent { get; init; }

    /// <summary>Of one CPU, over the last second; null while that is not known.</summary>
    public double? CostPercent { get; init; }
}

/// <summary>How all rules were at one moment. Immutable.</summary>
public sealed record RuleTableSnapshot
{
    public IReadOnlyList<RuleSnapshot> Rules { get; init; } = [];

    /// <summary>What is wrong with newer texts of packet rules, one for each.</summary>
    public IReadOnlyList<RuleError> PacketErrors { get; init; } = [];

    /// <summary>Files whose text is not in force as it is written.</summary>
    public IReadOnlyList<RejectedText> Rejected { get; init; } = [];

    /// <summary>How often rule files were found changed, removed or added.</summary>
    public long Reloads { get; init; }

    /// <summary>False when the kernel does not tell us what the rules' programs take.</summary>
    public bool MeasuresPrograms { get; init; } = true;
}

/// <summary>A rule file whose text is not in force as it is written.</summary>
public sealed record RejectedText(string File, string Reason);
