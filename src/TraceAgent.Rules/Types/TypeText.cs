using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Types;

/// <summary>Reads a type that is a text by itself: the value of <c>ret:</c>, or of a name in <c>args:</c>.</summary>
internal static partial class TypeText
{
    public const string FloatHint =
        "leave it out: arguments like this are not counted among the others, and 'ret: [_]' logs no result. In memory they can be read: " +
            "*(double*)(arg1 + 8)";

    private static readonly string BytesHint =
        $"bytes(n) for n bytes, from 1 to {CaptureType.Bytes.Limit}; bytes(name) or bytes(name, max) when another value holds their number";

    private static readonly string ArrayHint =
        $"int32[8] for 8 numbers; int32[name] or int32[name, max] when another value holds how many; at most " +
            $"{CaptureType.Bytes.Limit} bytes";

    private static readonly string SliceHint =
        $"[]int64 for a slice of Go, []int64(max) to keep at most max elements; at most {CaptureType.Bytes.Limit} bytes";

    private static readonly string LimitedWords = string.Join(
        "|", TypeNames.Limited.Select(word => word.Replace(".", @"\.", StringComparison.Ordinal)));

    /// <summary>JSON Schema (draft-07) of a type.</summary>
    public static JsonSchema Schema => JsonSchema.AnyOf(
        JsonSchema.Enum(TypeNames.All),
        JsonSchema.String.Pattern($@"^({LimitedWords})\s*\([0-9]{{1,4}}\)"),
        JsonSchema.String.Pattern("^(&str|std::[a-z0-9_]+_t)$"),
        JsonSchema.String.Pattern(@"^\[\s*\]\s*(\*\s*)?[A-Za-z_][A-Za-z0-9_.]*\s*(\(\s*[0-9]{1,4}\s*\))?$"),
        JsonSchema.String.Pattern(@"\[\s*([0-9]{1,4}|[A-Za-z_][A-Za-z0-9_]*(\s*,\s*[0-9]{1,4})?)\s*\]$"),
        JsonSchema.String.Pattern(@"^(string|utf16|utf32)\s*\(\s*[A-Za-z_][A-Za-z0-9_]*(\s*,\s*[0-9]{1,4})?\s*\)$"),
        JsonSchema.String.Pattern(@"^bytes\s*\(\s*([0-9]{1,4}|[A-Za-z_][A-Za-z0-9_]*(\s*,\s*[0-9]{1,4})?)\s*\)$"),
        JsonSchema.String.Pattern(@"^enum\s*\{[^{}]+\}$"),
        JsonSchema.String.Pattern(@"^\s*[A-Za-z_][A-Za-z0-9_: ]*[*&][\s*&a-z]*$"),
        JsonSchema.String.Pattern(@"^\s*(const |volatile |enum |(signed|unsigned|short|long|int|char)(\s|$))"),
        JsonSchema.Object.NoOtherProperties().Required("enum").Properties(("enum", JsonSchema.Object
            .MinProperties(1)
            .PatternProperties("^-?(0[xX][0-9a-fA-F]+|[0-9]+)$", JsonSchema.AnyScalar)
            .NoOtherProperties())));

    /// <summary>Reads the type; null when it is none, which is reported once.</summary>
    public static TypeSpec? Read(string text, Action<TextProblem> report)
    {
        var trimmed = text.Trim();
        if (BytesForm().Match(trimmed) is { Success: true } bytes)
        {
            return Bytes(text, bytes, report);
        }

        if (CountedForm().Match(trimmed) is { Success: true } counted)
        {
            return Counted(text, counted, report);
        }

        if (SliceForm().Match(trimmed) is { Success: true } slice)
        {
            return Slice(text, slice, report);
        }

        if (GoErrorForm().Match(trimmed) is { Success: true } error)
        {
            return GoError(text, error, report);
        }

        if (ArrayForm().Match(trimmed) is { Success: true } array)
        {
            return Array(text, array, report);
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

    /// <summary>The hint for a name that is no type.</summary>
    public static string Hint(string name) => name switch
    {
        _ when name.StartsWith("string", StringComparison.Ordinal) => MaxHint("string", CaptureType.Bytes.Limit, "bytes")
            + "; string(name) when another value holds the length",
        // Another type reads other bytes: pair_t is not pid_t.
        _ => Suggestion.Nearest(OursFor(name), TypeNames.All, count: 1, maxEdits: 1) is [var near]
            ? $"did you mean '{near}'?"
            : $"such as {Quoted.List(["int", "unsigned long", "int64", "uint8", "ptr", "string", "string(64)"])}",
    };

    // What other languages and tools say for a type of ours, where that is too far from it to be a misspelling.
    private static string OursFor(string name) => name switch
    {
        "pointer" or "address" or "addr" => "ptr",
        "integer" or "number" => "int",
        "boolean" => "bool",
        "text" or "cstring" => "string",
        _ => name,
    };

    public static string MaxHint(string type, int limit, string unit) => $"{type}(max) keeps at most max {unit}, from 1 to {limit}";

    public static string FloatMessage(string name) =>
        $"'{name}' values cannot be read: they travel in floating point registers, which the kernel does not hand out";

    private static TypeSpec? Bytes(string text, Match match, Action<TextProblem> report)
    {
        var kept = Kept(match, 1, CaptureType.Bytes.DefaultMax, CaptureType.Bytes.Limit);
        return kept is not { } max
            ? Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", BytesHint)
            : TypeSpec.Of(new CaptureType.Bytes(max)) with { Length = LengthOf(text, match, 1) };
    }

    /// <summary>Reads a text whose length is another value.</summary>
    private static TypeSpec? Counted(string text, Match match, Action<TextProblem> report)
    {
        var word = match.Groups[1].Value;
        var unit = word switch { "utf16" => 2, "utf32" => 4, _ => 1 };
        var limit = CaptureType.Bytes.Limit / unit;
        return Kept(match.Groups[3], Math.Min(CaptureType.Text.DefaultMax, limit), limit) is { } max
            ? TypeSpec.Of(new CaptureType.CountedText(max, unit)) with { Length = LengthOf(text, match, 1) }
            : Refuse(
                text, report, $"unknown type '{Quoted.Clip(text)}'",
                $"{word}(name, max) keeps at most max {(unit == 1 ? "bytes" : "units")}, from 1 to {limit}");
    }

    private static TypeSpec? Array(string text, Match match, Action<TextProblem> report)
    {
        if (Element(text, match.Groups[1], _ => null, report) is not { } element)
        {
            return null;
        }

        var kept = Kept(match, 2, CaptureType.Array.DefaultMax, CaptureType.Bytes.Limit / element.Width);
        return kept is not { } max
            ? Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", ArrayHint)
            : TypeSpec.Of(new CaptureType.Array(element, max)) with { Length = LengthOf(text, match, 2) };
    }

    /// <summary>Reads a slice of Go: three registers, the second of which has its length.</summary>
    private static TypeSpec? Slice(string text, Match match, Action<TextProblem> report)
    {
        if (Element(text, match.Groups[1], TypeNames.FindGo, report) is not { } element)
        {
            return null;
        }

        var isBytes = match.Groups[1].Value == "byte";
        var kept = Kept(match.Groups[2], isBytes
            ? CaptureType.Bytes.DefaultMax
            : CaptureType.Array.DefaultMax, CaptureType.Bytes.Limit / element.Width);
        if (kept is not { } max)
        {
            return Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", SliceHint);
        }

        var type = isBytes ? new CaptureType.Bytes(max) : (CaptureType)new CaptureType.Array(element, max);
        return TypeSpec.Of(type) with { Registers = 3, IsFollowedByLength = true };
    }

    /// <summary>
    /// Reads an error of Go: two registers, the type and the address of the value, of which the first text is its message.
    /// </summary>
    private static TypeSpec? GoError(string text, Match match, Action<TextProblem> report)
    {
        var kept = Kept(match.Groups[1], CaptureType.Text.DefaultMax, CaptureType.Bytes.Limit);
        return kept is not { } max
            ? Refuse(text, report, $"unknown type '{Quoted.Clip(text)}'", MaxHint(TypeNames.GoError, CaptureType.Bytes.Limit, "bytes"))
            : TypeSpec.Of(new CaptureType.TextObject(TextLayout.Pair, max)) with { Registers = 2, ValueRegister = 1 };
    }

    /// <summary>The type of a list's elements; null when it cannot be one, which is reported.</summary>
    private static CaptureType.Scalar? Element(string text, Group word, Func<string, CaptureType?> own, Action<TextProblem> report)
    {
        var start = text.Length - text.TrimStart().Length;
        var element = own(word.Value) ?? TypeNames.FindFloat(word.Value)
            ?? Read(word.Value, problem => report(problem with { Start = problem.Start + start + word.Index }))?.Type;
        if (element is null)
        {
            return null;
        }

        if (element is not CaptureType.Scalar scalar || element is CaptureType.Char)
        {
            report(new TextProblem(
                start + word.Index,
                word.Length,
                DiagnosticCode.InvalidValue,
                $"an array is of numbers, booleans, addresses or names, not of '{Quoted.Clip(word.Value)}'",
                element is CaptureType.Char ? "string(max) for text, uint8[n] for numbers, bytes(n) for hexadecimal digits" : null));
            return null;
        }

        return scalar;
    }

    /// <summary>
    /// The number of units kept according to <c>(n)</c>, <c>(name)</c> or <c>(name, max)</c>, whose groups begin at
    /// <paramref name="group"/>; null when it is too small or too large.
    /// </summary>
    private static int? Kept(Match match, int group, int otherwise, int limit) =>
        Kept(match.Groups[group].Success ? match.Groups[group] : match.Groups[group + 2], otherwise, limit);

    private static int? Kept(Group number, int otherwise, int limit)
    {
        if (!number.Success)
        {
            return otherwise;
        }

        return int.TryParse(
            number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept >= 1 && kept <= limit ? kept : null;
    }

    private static LengthName? LengthOf(string text, Match match, int group) => match.Groups[group + 1] is { Success: true } name
        ? new LengthName(name.Value, text.Length - text.TrimStart().Length + name.Index)
        : null;

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

    [GeneratedRegex(@"^(string|utf16|utf32)\s*\(\s*([A-Za-z_][A-Za-z0-9_]*)(?:\s*,\s*([0-9]+))?\s*\)\z")]
    private static partial Regex CountedForm();

    [GeneratedRegex(@"^([^\s\[].*?)\s*\[\s*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*)(?:\s*,\s*([0-9]+))?)\s*\]\z")]
    private static partial Regex ArrayForm();

    [GeneratedRegex(@"^\[\s*\]\s*(\*?\s*[A-Za-z_][A-Za-z0-9_.]*)\s*(?:\(\s*([0-9]+)\s*\))?\z")]
    private static partial Regex SliceForm();

    [GeneratedRegex(@"^go\.error\s*(?:\(\s*([0-9]+)\s*\))?\z")]
    private static partial Regex GoErrorForm();

    [GeneratedRegex(@"^enum\s*\{([^{}]*)\}\z")]
    private static partial Regex EnumForm();
}
