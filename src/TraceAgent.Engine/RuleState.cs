namespace TraceAgent.Engine;

/// <summary>The state of a rule.</summary>
public enum RuleState
{
    Attached,

    /// <summary>The target does not exist yet, or is being written.</summary>
    Pending,

    /// <summary>The rule exceeded its budget, and is tried again later.</summary>
    Suspended,

    /// <summary>The rule's time to live is over.</summary>
    Expired,

    /// <summary>The rule's text, or the place that it names, is wrong.</summary>
    Rejected,

    /// <summary>The kernel refused the rule.</summary>
    Refused,

    /// <summary>The rule is in no rule file any more; its counters stay.</summary>
    Removed,
}

/// <summary>The status of a rule, without its counters.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="State">The current state.</param>
/// <param name="Reason">The reason why it is not attached, or the error of a newer text of it.</param>
/// <param name="Place">The file and line of its name.</param>
/// <param name="Binary">The binary as the rule names it; null when that could not be read.</param>
/// <param name="Sites">The number of sites that are attached now.</param>
/// <param name="BudgetPercent">The budget in percent of one CPU; null for none.</param>
/// <param name="CostPercent">The cost in percent of one CPU, over the last second; null while that is not known.</param>
public sealed record RuleStanding(
    string Rule, RuleState State, string? Reason, string Place, string? Binary, int Sites, double? BudgetPercent, double? CostPercent);

/// <summary>A rule file whose text is not active as it is written.</summary>
public sealed record RejectedText(string File, string Reason);
