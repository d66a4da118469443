using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Rules.Expressions;

namespace TraceAgent.Rules.Types;

/// <summary>Reads a type that is a text by itself: the value of <c>ret:</c>, or of a name in <c>args:</c>.</summary>
internal static partial class TypeText
{
    public static string StringHint { get; } = $"string(max) keeps at most max bytes, from 1 to {CaptureType.Text.Limit}";

    public const string FloatHint = "leave it out: arguments like this are not counted among the others";

    private static readonly string BytesHint =
        $"bytes(n) for n bytes, from 1 to {CaptureType.Bytes.Limit}; bytes(name) or bytes(name, max) when another value holds their number";

    /// <summary>JSON Schema (draft-07) of a type.</summary>
    public static string Schema { get; } =
        $$$$"""
        {"anyOf":[{"enum":[{{{{string.Join(",", TypeNames.All.Select(n => $"\"{n}\""))}}}}]},
        {"type":"string","pattern":"^string\\s*\\([0-9]{1,4}\\)$"},
        {"type":"string","pattern":"^bytes\\s*\\(\\s*([0-9]{1,4}|[A-Za-z_][A-Za-z0-9_]*(\\s*,\\s*[0-9]{1,4})?)\\s*\\)$"},
        {"type":"string","pattern":"^enum\\s*\\{[^{}]+\\}$"},
        {"type":"string","pattern":"^\\s*[A-Za-z_][A-Za-z0-9_: ]*[*&][\\s*&a-z]*$"},
        {"type":"string","pattern":"^\\s*(const |volatile |enum |(signed|unsigned|short|long|int|char)(\\s|$))"},
        {"type":"object","additionalProperties":false,"required":["enum"],"properties":{"enum":{"type":"object","minProperties":1,"patternProperties":{"^-?(0[xX][0-9a-fA-F]+|[0-9]+)$":{"type":["string","number","boolean"]}},"additionalProperties":false}}}]}
        """.ReplaceLineEndings("");

    /// <summary>The type; null when it is none, which is reported once.</summary>
    public static TypeSpec? Read(string text, Action<TextProblem> report)
    {
        var trimmed = text.Trim();
        if (BytesForm().Match(trimmed) is { Success: true } bytes)
        {
            return Bytes(text, bytes, report);
        }

        if (EnumForm().Match(trimmed) is { Success: true } names)
        {
            return Enumeration(text, names.Groups[1], report);
        }

        if (trimmed is "bytes" || trimmed.StartsWith("bytes(", StringComparison.Ordinal))
        {
            return Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", BytesHint);
        }

        TextProblem? first = null;
        var tokens = Tokenizer.Read(text, problem => first ??= problem);
        var reader = new TypeReader(tokens, problem => first ??= problem);
        if (first is null && reader.Read() is { } named)
        {
            if (reader.Current.Kind != TokenKind.End)
            {
                return Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", Hint(text));
            }

            if (named.Specify(out var problem) is { } spec)
            {
                return spec;
            }

            first = problem;
        }

        if (first is not { Code: not DiagnosticCode.ExpressionSyntax } better)
        {
            return Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", Hint(text));
        }

        report(better);
        return null;
    }

    /// <summary>What to write instead of a name that is no type.</summary>
    public static string Hint(string name) => name switch
    {
        _ when name.StartsWith("string", StringComparison.Ordinal) => StringHint,
        "utf16" or "std::string" or "go.string" or "rust.str" => "this type cannot be read yet",
        _ => Suggestion.DidYouMean(name, TypeNames.All) ?? $"such as {Quoted.List(["int", "unsigned long", "int64", "uint8", "ptr", "string", "string(64)"])}",
    };

    public static string FloatMessage(string name) =>
        $"'{name}' values cannot be read: they travel in floating point registers, which the kernel does not hand out";

    private static TypeSpec? Bytes(string text, Match match, Action<TextProblem> report)
    {
        var (count, name, max) = (match.Groups[1], match.Groups[2], match.Groups[3]);
        var kept = CaptureType.Bytes.DefaultMax;
        var number = count.Success ? count : max;
        if (number.Success && (!int.TryParse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out kept) || kept is < 1 or > CaptureType.Bytes.Limit))
        {
            return Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", BytesHint);
        }

        var start = text.Length - text.TrimStart().Length;
        return TypeSpec.Of(new CaptureType.Bytes(new Expr.Constant(kept), kept)) with
        {
            Length = count.Success ? null : new LengthName(name.Value, start + name.Index),
        };
    }

    private static TypeSpec? Enumeration(string text, Group list, Action<TextProblem> report)
    {
        var pairs = new List<(string Number, string Name)>();
        foreach (var item in list.Value.Split(','))
        {
            var parts = item.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts is not [{ Length: > 0 } number, { Length: > 0 } name])
            {
                return Refuse(text, report, "names of numbers look like enum {0: GET, 1: POST}", null);
            }

            pairs.Add((number, name));
        }

        var type = EnumNames.Of(pairs, out var problem);
        return type is null ? Refuse(text, report, problem, null) : TypeSpec.Of(type);
    }

    private static TypeSpec? Refuse(string text, Action<TextProblem> report, string message, string? hint)
    {
        report(new TextProblem(0, Math.Max(1, text.Length), DiagnosticCode.InvalidValue, message, hint));
        return null;
    }

    [GeneratedRegex(@"^bytes\s*\(\s*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*)(?:\s*,\s*([0-9]+))?)\s*\)\z")]
    private static partial Regex BytesForm();

    [GeneratedRegex(@"^enum\s*\{([^{}]*)\}\z")]
    private static partial Regex EnumForm();
}
