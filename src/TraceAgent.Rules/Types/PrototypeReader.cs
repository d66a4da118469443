using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Tokens;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>Reads prototypes as headers and manual pages have them.</summary>
internal sealed class PrototypeReader
{
    private readonly PrototypeWords _words;
    private string _scope = "";

    private PrototypeReader(PrototypeWords words) => _words = words;

    /// <summary>Reads a prototype; null when it is none, or one whose values cannot be read; the first reason is reported.</summary>
    public static Prototype? Read(string text, Action<TextProblem> report)
    {
        if (PrototypeWords.Of(text, report) is not { } words)
        {
            return null;
        }

        var prototype = new PrototypeReader(words).Function();
        return words.Failed ? null : prototype;
    }

    private Prototype? Function()
    {
        if (_words.Types.Read() is not { } type)
        {
            return null;
        }

        var isClass = IsClass(type);
        var returned = (type.IsVoid, isClass) switch
        {
            (true, _) => null,
            (_, true) => TypeSpec.Of(new CaptureType.Pointer()),
            _ => _words.Specify(type),
        };
        var before = WordsBefore(_words.Types.At);
        var name = _words.Current.Start;
        if (_words.Failed || !FunctionName())
        {
            return null;
        }

        var nameEnd = _words.Types.Peek(-1).End;
        if (!_words.Expect("("))
        {
            return null;
        }

        var parameters = new ParameterReader(_words).Read();
        if (_words.Failed)
        {
            return null;
        }

        var after = WordsAfter();
        if (_words.Current.Kind != TokenKind.End)
        {
            _words.Unexpected("a prototype ends after its parameters");
        }

        var isInMemory = type is { Target: null, Type: CaptureType.TextObject { Layout.IsPassedInRegisters: false } }
            || (isClass && ClassNames.IsPassedByAddress(type.Name));
        return new Prototype(returned, parameters)
        {
            NameStart = name,
            NameEnd = nameEnd,
            Object = ObjectOf(before, after, parameters),
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
        type is { Target: null, Type: null, IsVoid: false, IsFloat: false }
        && (type.IsStructure || type.Name.Contains("::", StringComparison.Ordinal)
            || (_words.Current.Kind == TokenKind.Name && _words.Types.Peek(1) is var next && (next.Is("::") || next.Is("<"))));

    private HashSet<string> WordsBefore(int end)
    {
        var found = new HashSet<string>();
        for (var at = -end; at < 0; at++)
        {
            found.Add(_words.Types.Peek(at).Text);
        }

        return found;
    }

    /// <summary>Reads the words after the parameters: <c>const</c>, <c>noexcept</c>, <c>&amp;&amp;</c>, <c>override</c>.</summary>
    private HashSet<string> WordsAfter()
    {
        var found = new HashSet<string>();
        while (_words.Current.Is(";") || _words.Current.Is("&") || _words.Current.Is("&&")
            || _words.Current is { Kind: TokenKind.Name, Text: "const" or "volatile" or "noexcept" or "override" or "final" })
        {
            found.Add(_words.Current.Text);
            _words.Next();
        }

        return found;
    }

    private static ObjectArgument ObjectOf(HashSet<string> before, HashSet<string> after, List<PrototypeParameter> parameters)
    {
        if (before.Contains("static") || parameters is [{ Name: "this" }, ..])
        {
            return ObjectArgument.Absent;
        }

        after.ExceptWith([";", "noexcept"]);
        return after.Count > 0 || before.Contains("virtual") ? ObjectArgument.Hidden : ObjectArgument.Unspecified;
    }

    private bool FunctionName()
    {
        if (_words.Current.Kind != TokenKind.Name)
        {
            _words.Unexpected("such as: ssize_t write(int fd, const char *buf, size_t count)");
            return false;
        }

        var name = "";
        while (true)
        {
            name += _words.Current.Text;
            _words.Next();
            name += _words.Current.Is("<") ? _words.Types.SkipTemplateArguments() : "";
            if (!_words.Current.Is("::") || _words.Types.Peek(1).Kind != TokenKind.Name)
            {
                return true;
            }

            _scope = name;
            name += "::";
            _words.Next();
        }
    }
}
