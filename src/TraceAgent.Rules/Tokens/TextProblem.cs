namespace TraceAgent.Rules.Tokens;

/// <summary>Something wrong in a type, a signature or an expression: UTF-16 units from the start of its text.</summary>
internal readonly record struct TextProblem(int Start, int Length, string Code, string Message, string? Hint = null)
{
    /// <summary>It can be meant like this, and most often is not.</summary>
    public bool IsWarning { get; init; }
}
