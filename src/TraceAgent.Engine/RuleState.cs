namespace TraceAgent.Engine;

/// <summary>How a rule stands.</summary>
public enum RuleState
{
    Attached,

    /// <summary>Its target is not there yet, or is being written.</summary>
    Pending,

    /// <summary>It went over its budget, and is tried again.</summary>
    Suspended,

    /// <summary>Its time to live is over.</summary>
    Expired,

    /// <summary>Its text, or the place that it names, is wrong.</summary>
    Rejected,

    /// <summary>The kernel did not take it.</summary>
    Refused,

    /// <summary>In no rule file any more; its counters stay.</summary>
    Removed,
}

/// <summary>How a rule stands, without its counters.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="State">Now.</param>
/// <param name="Reason">Why it is not attached, or what is wrong with a newer text of it.</param>
/// <param name="Place">File and line that its name stands in.</param>
/// <param name="Binary">As the rule names it; null when that could not be read.</param>
/// <param name="Sites">Attached now.</param>
/// <param name="BudgetPercent">Of one CPU; null for none.</param>
/// <param name="CostPercent">Of one CPU, over the last second; null while that is not known.</param>
public sealed record RuleStanding(
    string Rule, RuleState State, string? Reason, string Place, string? Binary, int Sites, double? BudgetPercent, double? CostPercent);

/// <summary>A rule file whose text is not in force as it is written.</summary>
public sealed record RejectedText(string File, string Reason);
