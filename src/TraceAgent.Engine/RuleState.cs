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
