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
