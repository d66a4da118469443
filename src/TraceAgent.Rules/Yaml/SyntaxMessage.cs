namespace TraceAgent.Rules.Yaml;

/// <summary>YamlDotNet's words for a syntax error in those of a person who writes rules.</summary>
internal static class SyntaxMessage
{
    private static readonly (string Part, string Message, string? Hint)[] Known =
    [
        ("cannot start any token", "a value cannot begin with this character", "indent with spaces, not tabs; put text that begins with one of @ ` % into quotes"),
        ("did not find expected ',' or ']'", "the list is not closed", "a ',' or ']' is missing"),
        ("did not find expected ',' or '}'", "the mapping is not closed", "a ',' or '}' is missing; text that begins with '{' needs quotes"),
        ("while parsing a block mapping, did not find expected key", "a key does not stand under the other keys", "keys of one mapping begin in the same column"),
        ("did not find expected '-' indicator", "an entry of a list does not stand under the others", "the '-' of one list stand in the same column"),
        ("mapping values are not allowed in this context", "a second ':' on this line", "put text that holds ': ' into quotes"),
        ("unexpected end of stream", "the quotes are not closed", null),
        ("could not find expected ':'", "the ':' after the key is missing", null),
        ("unknown escape character", "unknown escape after '\\' in double quotes", "write '\\\\', or use single quotes"),
    ];

    public static (string Message, string? Hint) Of(string problem)
    {
        foreach (var (part, message, hint) in Known)
        {
            if (problem.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return ($"{message}", hint);
            }
        }

        return ($"not valid YAML: {Quoted.Clip(problem.TrimEnd('.'))}", null);
    }
}
