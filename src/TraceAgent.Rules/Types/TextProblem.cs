namespace TraceAgent.Rules.Types;

/// <summary>Something wrong in a type, a signature or an expression: UTF-16 units from the start of its text.</summary>
internal readonly record struct TextProblem(int Start, int Length, string Code, string Message, string? Hint = null);
