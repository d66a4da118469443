namespace TraceAgent.Symbols;

/// <summary>The way in which a rule wants to see returns.</summary>
internal enum ReturnMethod
{
    /// <summary>No returns are seen.</summary>
    None,

    /// <summary>
    /// Returns are seen where the function returns to, which the kernel catches by changing the return address; in Go at its RET
    /// instructions.
    /// </summary>
    Caller,

    /// <summary>Returns are seen at the RET instructions of the function; its return address stays as it is.</summary>
    Instructions,
}
