namespace TraceAgent.Symbols;

/// <summary>How a rule wants to see returns.</summary>
internal enum ReturnMethod
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>
    /// Where the function returns to, which the kernel catches by changing the return address; in Go at its RET instructions.
    /// </summary>
    Caller,

    /// <summary>At the RET instructions of the function; its return address stays as it is.</summary>
    Instructions,
}
