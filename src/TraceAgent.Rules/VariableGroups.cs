namespace TraceAgent.Rules;

/// <summary>Variables that a rule captures together.</summary>
[Flags]
public enum VariableGroups
{
    None = 0,

    /// <summary>The parameters of the function: <c>$args</c>.</summary>
    Arguments = 1,

    /// <summary>All other variables in scope: <c>$locals</c>.</summary>
    Locals = 2,
}

/// <summary>The handling of a place where a value that the rule captures cannot be had: the <c>missing:</c> of a rule.</summary>
public enum MissingRule
{
    /// <summary>Lines say why there is no value.</summary>
    Mark,

    /// <summary>The place is not probed.</summary>
    Skip,

    /// <summary>The rule is refused.</summary>
    Refuse,
}
