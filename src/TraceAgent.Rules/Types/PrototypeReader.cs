using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>Reads prototypes as headers and manual pages have them.</summary>
internal sealed class PrototypeReader
{
    private readonly TypeReader _reader;
    private readonly Action<TextProblem> _report;
    private bool _failed;
    private string _scope = "";

    private PrototypeReader(List<Token> tokens, Action<TextProblem> report)
    {
        _report = report;
        _reader = new TypeReader(tokens, Report) { ReadsTemplates = true };
    }

    private Token Current => _reader.Current;

    /// <summary>Reads a prototype; null when it is none, or one whose values cannot be read; the first reason is reported.</summary>
    public static Prototype? Read(string text, Action<TextProblem> report)
    {
        var isRead = true;
        var tokens = Tokenizer.Read(text, problem =>
        {
            isRead = false;
            report(problem with { Code = problem.Code == DiagnosticCode.ExpressionSyntax ? DiagnosticCode.SignatureSyntax : problem.Code });
        });
        var reader = new PrototypeReader(tokens, report);
        var prototype = isRead ? reader.Function() : null;
        return reader._failed ? null : prototype;
    }

    private Prototype? Function()
    {
        if (_reader.Read() is not { } type)
        {
            return null;
        }

        var isClass = IsClass(type);
        var returned = (type.IsVoid, isClass) switch
        {
            (true, _) => null,
            (_, true) => TypeSpec.Of(new CaptureType.Pointer()),
            _ => Specify(type),
        };
        var before = WordsBefore(_reader.At);
        var name = Current.Start;
        if (_failed || !FunctionName())
        {
            return null;
        }

        var nameEnd = _reader.Peek(-1).End;
        if (!Expect("("))
        {
            return null;
        }

        var parameters = Parameters();
        if (_failed)
        {
            return null;
        }

        var behind = WordsBehind();
        if (Current.Kind != TokenKind.End)
        {
            Unexpected("a prototype ends behind its parameters");
        }

        var isInMemory = type is { Target: null, Type: CaptureType.TextObject { Size: CaptureType.TextObject.StandardStringSize } }
            || (isClass && ClassNames.IsPassedByAddress(type.Name));
        return new Prototype(returned, parameters)
        {
            NameStart = name,
            NameEnd = nameEnd,
            Object = ObjectOf(before, behind, parameters),
            Result = (isInMemory, isClass) switch
            {
                (true, _) => ResultPlace.Memory,
                (_, true) => ResultPlace.OfClass,
                _ => ResultPlace.Registers,
            },
            ResultClass = isClass ? type.Name : "",
            Scope = _scope,
        };
    }

    /// <summary>
    /// True when the type that is returned is a class: it has a tag, template arguments or a scope, or the function is one of
    /// C++.
    /// </summary>
    private bool IsClass(NamedType type) =>
        type is { Target: null, Type: null, IsVoid: false, IsFloat: false, Name: not NamedType.ViewName }
        && (type.IsStructure || type.Name.Contains("::", StringComparison.Ordinal)
            || (Current.Kind == TokenKind.Name && _reader.Peek(1) is var next && (next.Is("::") || next.Is("<"))));

    private HashSet<string> WordsBefore(int end)
    {
        var words = new HashSet<string>();
        for (var at = -end; at < 0; at++)
        {
            words.Add(_reader.Peek(at).Text);
        }

        return words;
    }

    /// <summary>Reads the words behind the parameters: <c>const</c>, <c>noexcept</c>, <c>&amp;&amp;</c>, <c>override</c>.</summary>
    private HashSet<string> WordsBehind()
    {
        var words = new HashSet<string>();
        while (Current.Is(";") || Current.Is("&") || Current.Is("&&")
            || Current is { Kind: TokenKind.Name, Text: "const" or "volatile" or "noexcept" or "override" or "final" })
        {
            words.Add(Current.Text);
            _reader.At++;
        }

        return words;
    }

    private static ObjectArgument ObjectOf(HashSet<string> before, HashSet<string> behind, List<PrototypeParameter> parameters)
    {
        if (before.Contains("static") || parameters is [{ Name: "this" }, ..])
        {
            return ObjectArgument.Absent;
        }

        behind.ExceptWith([";", "noexcept"]);
        return behind.Count > 0 || before.Contains("virtual") ? ObjectArgument.Hidden : ObjectArgument.Unsaid;
    }

    private bool FunctionName()
    {
        if (Current.Kind != TokenKind.Name)
        {
            Unexpected("such as: ssize_t write(int fd, const char *buf, size_t count)");
            return false;
        }

        var name = "";
        while (true)
        {
            name += Current.Text;
            _reader.At++;
            name += Current.Is("<") ? _reader.SkipTemplateArguments() : "";
            if (!Current.Is("::") || _reader.Peek(1).Kind != TokenKind.Name)
            {
                return true;
            }

            _scope = name;
            name += "::";
            _reader.At++;
        }
    }

    private List<PrototypeParameter> Parameters()
    {
        var parameters = new List<PrototypeParameter>();
        if (Current is { Kind: TokenKind.Name, Text: "void" } && _reader.Peek(1).Is(")"))
        {
            _reader.At++;
        }

        while (!_failed && !Current.Is(")"))
        {
            if (Current.Is("..."))
            {
                _reader.At++;
                break;
            }

            if (Parameter() is { } parameter)
            {
                parameters.Add(parameter);
            }

            if (_failed || !Current.Is(","))
            {
                break;
            }

            _reader.At++;
        }

        if (!_failed)
        {
            Expect(")");
        }

        return parameters;
    }

    private PrototypeParameter? Parameter()
    {
        var start = Current.Start;
        if (_reader.Read() is not { } type)
        {
            return null;
        }

        string? name = null;
        var place = (Start: start, Length: Math.Max(1, type.End - start));
        var isFunction = Current.Is("(");
        if (isFunction)
        {
            // The declarator of a pointer to a function: the name stands inside.
            _reader.At++;
            while (Current.Is("*") || Current is { Kind: TokenKind.Name, Text: "const" })
            {
                _reader.At++;
            }
        }

        if (Current.Kind == TokenKind.Name)
        {
            (name, place) = (Current.Text, (Current.Start, Current.Length));
            _reader.At++;
        }

        if (isFunction && !Expect(")"))
        {
            return null;
        }

        while (Current.Is("["))
        {
            type = type.Pointer();
            SkipBrackets("[", "]");
        }

        if (Current.Is("("))
        {
            isFunction = true;
            SkipBrackets("(", ")");
        }

        var isAddress = isFunction || (type is { Target: null, Type: null } && ClassNames.IsPassedByAddress(type.Name));
        var spec = (isAddress, _failed) switch
        {
            (true, _) => TypeSpec.Of(new CaptureType.Pointer()),
            (_, true) => null,
            _ => Specify(type),
        };
        return spec is null ? null : new PrototypeParameter(name, spec, place.Start, place.Length);
    }

    private void SkipBrackets(string open, string close)
    {
        var depth = 0;
        do
        {
            if (Current.Is(open))
            {
                depth++;
            }
            else if (Current.Is(close))
            {
                depth--;
            }

            if (Current.Kind == TokenKind.End)
            {
                Unexpected($"a '{close}' belongs here");
                return;
            }

            _reader.At++;
        }
        while (depth > 0);
    }

    private TypeSpec? Specify(NamedType type)
    {
        if (type.Specify(out var problem) is { } spec)
        {
            return spec;
        }

        Report(problem);
        return null;
    }

    private bool Expect(string sign)
    {
        if (!Current.Is(sign))
        {
            Unexpected($"a '{sign}' belongs here");
            return false;
        }

        _reader.At++;
        return true;
    }

    private void Unexpected(string hint) =>
        Report(new TextProblem(
            Current.Start, Math.Max(1, Current.Length), DiagnosticCode.SignatureSyntax, $"unexpected {Current.Noun}", hint));

    private void Report(TextProblem problem)
    {
        if (!_failed)
        {
            _report(
                problem with { Code = problem.Code == DiagnosticCode.ExpressionSyntax ? DiagnosticCode.SignatureSyntax : problem.Code });
        }

        _failed = true;
    }
}
