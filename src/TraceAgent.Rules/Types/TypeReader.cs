using TraceAgent.Capture.Values;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>Reads the types of C, and those of rules, where words stand one after another.</summary>
internal sealed class TypeReader(IReadOnlyList<Token> tokens, Action<TextProblem> report)
{
    private static readonly HashSet<string> Qualifiers =
    [
        "const", "volatile", "restrict", "__restrict", "__restrict__", "register", "static", "extern", "inline", "constexpr", "virtual",
    ];

    private static readonly HashSet<string> Tags = ["struct", "union", "enum", "class"];

    /// <summary>The index of the word that is read next.</summary>
    public int At { get; set; }

    /// <summary>True when types may have template arguments, as in C++: <c>&lt;</c> is no comparison there.</summary>
    public bool ReadsTemplates { get; init; }

    public Token Current => tokens[At];

    public Token Peek(int ahead) => tokens[Math.Min(At + ahead, tokens.Count - 1)];

    /// <summary>True when a type begins there, whatever it is.</summary>
    public bool BeginsAt(int ahead)
    {
        var word = Peek(ahead);
        return word.Kind == TokenKind.Name
            && (Qualifiers.Contains(word.Text)
                || Tags.Contains(word.Text) || word.Text == "void" || TypeNames.IsType(QualifiedName(ahead).Name));
    }

    /// <summary>
    /// Reads a type with its pointers; null when there is none, which is reported. <see cref="NamedType.IsVoid"/> types are
    /// returned.
    /// </summary>
    public NamedType? Read()
    {
        var named = ReadBase();
        return named is null ? null : ReadPointers(named);
    }

    /// <summary>Reads the type before its pointers: of one word, of several, or with a tag.</summary>
    public NamedType? ReadBase()
    {
        var start = Current.Start;
        SkipQualifiers();
        if (Current.Is("&") && Peek(1) is { Kind: TokenKind.Name, Text: "str" } slice)
        {
            At += 2;
            return new NamedType(TypeNames.Find("rust.str"), "&str", start, slice.End);
        }

        var word = Current;
        if (word.Kind != TokenKind.Name)
        {
            return Fail(word, DiagnosticCode.ExpressionSyntax, $"unexpected {word.Noun}", "a type belongs here, such as int or char *");
        }

        if (Tags.Contains(word.Text))
        {
            At++;
            var tagged = Current;
            if (tagged.Kind != TokenKind.Name)
            {
                return Fail(
                    tagged, DiagnosticCode.ExpressionSyntax, $"unexpected {tagged.Noun}", $"the name of the {word.Text} belongs here");
            }

            var (tagName, tagEnd) = ClassName();
            SkipQualifiers();
            var tag = word.Text == "enum" ? new CaptureType.Integer(4, Signed: true) : (CaptureType?)null;
            return new NamedType(tag, $"{word.Text} {tagName}", start, tagEnd) { IsStructure = tag is null };
        }

        if (TypeNames.IsPart(word.Text))
        {
            return ReadParts(start);
        }

        var (name, end) = ClassName();
        var type = TypeNames.Find(name);
        if (type is CaptureType.LimitedText text && Current.Is("(") && Peek(1).Kind == TokenKind.Number && Peek(2).Is(")"))
        {
            var max = Peek(1);
            if (max.Value < 1 || max.Value > (ulong)text.Limit)
            {
                return Fail(
                    max, DiagnosticCode.InvalidValue, $"a string of {Quoted.Clip(max.Text)} {text.Units}",
                    TypeText.MaxHint(name, text.Limit, text.Units));
            }

            At += 3;
            type = text.WithMax((int)max.Value);
        }

        SkipQualifiers();
        return new NamedType(type, name, start, end)
        {
            IsVoid = name == "void",
            IsFloat = TypeNames.IsFloat(name),
            Float = TypeNames.FindFloat(name),
            IsStructure = name.EndsWith('>'),
        };
    }

    /// <summary>Reads a name with its scopes and, where there may be any, template arguments.</summary>
    private (string Name, int End) ClassName()
    {
        var (name, words) = QualifiedName(0);
        At += words;
        while (ReadsTemplates && Current.Is("<") && SkipTemplateArguments() is { } arguments)
        {
            name += arguments;
            if (Current.Is("::") && Peek(1).Kind == TokenKind.Name)
            {
                At++;
                (var inner, words) = QualifiedName(0);
                name += $"::{inner}";
                At += words;
            }
        }

        return (name, Peek(-1).End);
    }

    /// <summary>Reads from a <c>&lt;</c> to what closes it; null, and nothing is read, when nothing does.</summary>
    public string? SkipTemplateArguments()
    {
        var depth = 0;
        var text = "";
        for (var ahead = 0; Peek(ahead) is { Kind: not (TokenKind.End or TokenKind.Bad) } token; ahead++)
        {
            depth += token.Text switch { "<" or "(" => 1, "<<" => 2, ">" or ")" => -1, ">>" => -2, _ => 0 };
            var isBetweenWords = token.Kind == TokenKind.Name && Peek(ahead - 1) is { Kind: TokenKind.Name };
            text += isBetweenWords ? $" {token.Text}" : token.Text;
            if (depth <= 0)
            {
                At += ahead + 1;
                return text;
            }
        }

        return null;
    }

    /// <summary>Reads a word with those that <c>::</c> or <c>.</c> adds to it, and counts the words and signs.</summary>
    private (string Name, int Words) QualifiedName(int ahead)
    {
        var name = Peek(ahead).Text;
        var words = 1;
        while (Peek(ahead + words) is var sign && (sign.Is("::") || sign.Is(".")) && Peek(ahead + words + 1).Kind == TokenKind.Name)
        {
            name += sign.Text + Peek(ahead + words + 1).Text;
            words += 2;
        }

        return (name, words);
    }

    /// <summary>Reads <c>*</c>, <c>* const</c>, <c>&amp;</c>: each makes it an address of what it was.</summary>
    public NamedType ReadPointers(NamedType named)
    {
        while (Current.Is("*") || Current.Is("&") || Current.Is("&&"))
        {
            named = named.Pointer();
            At++;
            SkipQualifiers();
        }

        return named;
    }

    private NamedType? ReadParts(int start)
    {
        var parts = new List<string>();
        var end = start;
        while (Current.Kind == TokenKind.Name && (TypeNames.IsPart(Current.Text) || Qualifiers.Contains(Current.Text)))
        {
            if (TypeNames.IsPart(Current.Text))
            {
                parts.Add(Current.Text);
                end = Current.End;
            }

            At++;
        }

        var name = string.Join(' ', parts);
        var isFloat = parts.Any(TypeNames.IsFloat);
        var type = TypeNames.Combine(parts);
        if (type is not null || isFloat)
        {
            return new NamedType(type, name, start, end) { IsFloat = isFloat, Float = parts.Count == 1 ? TypeNames.FindFloat(name) : null };
        }

        report(
            new TextProblem(start, end - start, DiagnosticCode.InvalidValue, $"unknown type '{Quoted.Clip(name)}'", TypeText.Hint(name)));
        return null;
    }

    private void SkipQualifiers()
    {
        while (Current.Kind == TokenKind.Name && Qualifiers.Contains(Current.Text))
        {
            At++;
        }
    }

    private NamedType? Fail(Token at, string code, string message, string hint)
    {
        if (at.Kind != TokenKind.Bad)
        {
            report(new TextProblem(at.Start, Math.Max(1, at.Length), code, message, hint));
        }

        return null;
    }
}
