using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml;

/// <summary>Translates YamlDotNet's messages about syntax errors for a person who writes rules.</summary>
internal static class SyntaxMessage
{
    /// <summary>A problem for which YamlDotNet has no message.</summary>
    public const string Unfinished = "unfinished";

    /// <summary>The part of its message about tabs, which it reports without a position.</summary>
    public const string Tab = "tab as indentation";

    private static readonly (string Part, string Message, string? Hint)[] Known =
    [
        (Unfinished, "the text ends, or goes on, inside a list or mapping that is not closed", "a ']' or '}' is missing"),
        ("cannot start any token", "a value cannot begin with this character", "put text that begins with @, ` or % into quotes"),
        (Tab, "a tab in the indentation", "indent with spaces"),
        ("found invalid mapping", "a second ':' where text was expected", "put text that holds ': ' into quotes"),
        ("expected ',' or ']'", "the list is not closed", "a ',' or ']' is missing"),
        ("expected ',' or '}'", "the mapping is not closed", "a ',' or '}' is missing; text that begins with '{' needs quotes"),
        ("block mapping, did not find expected key", "this does not belong to the keys above",
            "a key begins in the column of its neighbours and ends in ':'; text that begins with { or [ needs quotes"),
        ("expected '-' indicator",
            "this does not belong to the list above", "the '-' of one list stand in one column, and the keys of one entry in another"),
        ("Block sequence entries", "a '-' here does not begin a list", "begin the list on a line of its own"),
        ("expected node content", "a value is missing", null),
        ("expected ':'", "the ':' after the key is missing", null),
        ("found unexpected end of stream", "the quotes are not closed", null),
        ("found wrong indentation", "the quotes are not closed", "text in quotes that goes on in the next line is indented there"),
        ("unexpected document indicator", "the quotes are not closed", null),
        ("unknown escape character", "an unknown escape in double quotes", "write '\\\\' for a backslash, or use single quotes"),
        ("expected hexadecimal number", "an incomplete escape in double quotes", "\\x takes 2, \\u 4 and \\U 8 hexadecimal digits"),
        ("Unicode surrogates", "an escape that is half a character", "write the character itself"),
        ("invalid Unicode character", "an escape that is no character", "write the character itself"),
        ("anchor or alias", "the name of an anchor ('&') or alias ('*') is missing", "put text that begins with & or * into quotes"),
        ("incompatible YAML document", "only YAML 1.1 and 1.2 are read", "remove the %YAML line"),
        ("directive", "a '%' begins a directive here", "put text that begins with % into quotes"),
        ("scanning a tag", "tags ('!') are not supported", "put text that begins with ! into quotes"),
        ("a block scalar", "only an indentation digit, '+' or '-' can follow '|' and '>'", "begin the text on the next line"),
        ];

    public static (string Message, string? Hint) Of(string problem)
    {
        foreach (var (part, message, hint) in Known)
        {
            if (problem.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return (message, hint);
            }
        }

        return ($"not valid YAML: {Quoted.Clip(problem.TrimEnd('.'))}", null);
    }
}
