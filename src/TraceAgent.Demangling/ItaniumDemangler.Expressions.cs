namespace TraceAgent.Demangling;

/// <summary>
/// The parser of expressions in types and template arguments, such as those of <c>std::enable_if</c>. It knows the forms that
/// appear in practice; a name with another one keeps its mangled form.
/// </summary>
internal sealed partial class ItaniumDemangler
{
    private static readonly Dictionary<string, string> Operators = new(StringComparer.Ordinal)
    {
        ["nw"] = "new",
        ["na"] = "new[]",
        ["dl"] = "delete",
        ["da"] = "delete[]",
        ["ps"] = "+",
        ["ng"] = "-",
        ["ad"] = "&",
        ["de"] = "*",
        ["co"] = "~",
        ["pl"] = "+",
        ["mi"] = "-",
        ["ml"] = "*",
        ["dv"] = "/",
        ["rm"] = "%",
        ["an"] = "&",
        ["or"] = "|",
        ["eo"] = "^",
        ["aS"] = "=",
        ["pL"] = "+=",
        ["mI"] = "-=",
        ["mL"] = "*=",
        ["dV"] = "/=",
        ["rM"] = "%=",
        ["aN"] = "&=",
        ["oR"] = "|=",
        ["eO"] = "^=",
        ["ls"] = "<<",
        ["rs"] = ">>",
        ["lS"] = "<<=",
        ["rS"] = ">>=",
        ["eq"] = "==",
        ["ne"] = "!=",
        ["lt"] = "<",
        ["gt"] = ">",
        ["le"] = "<=",
        ["ge"] = ">=",
        ["ss"] = "<=>",
        ["nt"] = "!",
        ["aa"] = "&&",
        ["oo"] = "||",
        ["pp"] = "++",
        ["mm"] = "--",
        ["cm"] = ",",
        ["pm"] = "->*",
        ["pt"] = "->",
        ["cl"] = "()",
        ["ix"] = "[]",
        ["qu"] = "?",
        ["aw"] = "co_await",
    };

    private string Expression()
    {
        if (!Enter())
        {
            return "";
        }

        var text = Kept(ExpressionWithoutLimit());
        _depth--;
        return text;
    }

    private string ExpressionWithoutLimit()
    {
        if (Peek() == 'L')
        {
            return Literal();
        }

        if (Peek() == 'T' && PeekAt(1) is '_' or (>= '0' and <= '9'))
        {
            return TemplateParameter().Text;
        }

        if (char.IsAsciiDigit(Peek()))
        {
            return NameOf();
        }

        var code = $"{Next()}{Next()}";
        switch (code)
        {
            case "fp":
                var number = Peek() == '_' ? 1 : Number() + 2;
                _failed |= !Take('_');
                return $"{{parm#{number}}}";
            case "sr":
                var scope = _scopesAreLists && char.IsAsciiDigit(Peek()) ? Scopes() : Type().Text;
                return $"{scope}::{(char.IsAsciiDigit(Peek()) ? NameOf() : Fail())}";
            case "st":
                return $"sizeof ({Type().Text})";
            case "sz":
                return $"sizeof ({Expression()})";
            case "at":
                return $"alignof ({Type().Text})";
            case "sZ":
                _packSize = -1;
                var pack = Peek() == 'T' ? TemplateParameter() : new DemangledType(Expression());
                return pack.Pack is { } elements ? $"{elements.Count}" : $"sizeof...({pack.Text})";
            case "sp":
                return $"{Expression()}...";
            case "nx":
                return $"noexcept ({Expression()})";
            case "cv":
                var type = Type().Text;
                return Take('_') ? $"{type}({Expressions()})" : $"({type}){Expression()}";
            case "tl":
                return $"{Type().Text}{{{Expressions()}}}";
            case "il":
                return $"{{{Expressions()}}}";
            case "cl":
                var function = Expression();
                return $"{function}({Expressions()})";
            case "dt":
                return $"{Expression()}.{Expression()}";
            case "pt":
                return $"{Expression()}->{Expression()}";
            case "ix":
                return $"({Expression()})[{Expression()}]";
            case "qu":
                return $"({Expression()}) ? ({Expression()}) : ({Expression()})";
            case "ad" when _text.AsSpan(_at).StartsWith("L_ZN"):
                return Address();
            case "ps" or "ng" or "ad" or "de" or "co" or "nt":
                return $"{Operators[code]}({Expression()})";
            default:
                return Operators.TryGetValue(code, out var sign) && !char.IsAsciiLetter(sign[0]) && code is not ("pp" or "mm")
                    ? $"({Expression()}){sign}({Expression()})"
                    : Fail();
        }
    }

    /// <summary>Reads a function whose address is taken: without parameters, as c++filt spells it, when it is no template.</summary>
    private string Address()
    {
        _at += "L_Z".Length;
        var function = Encoding();
        _failed |= !Take('E');
        return ReferenceEquals(function.Bare, function.Name) && function.Full.EndsWith(')') ? $"&{function.Name}" : $"&({function.Full})";
    }

    private string NameOf()
    {
        var name = SourceName();
        return Peek() == 'I' ? Kept(name + TemplateArguments(isOuter: false)) : name;
    }

    private string Scopes()
    {
        var names = new List<string>();
        while (!_failed && !Take('E'))
        {
            names.Add(NameOf());
        }

        return string.Join("::", names);
    }

    private string Expressions()
    {
        var parts = new List<string>();
        while (!_failed && !Take('E'))
        {
            parts.Add(Expression());
        }

        return string.Join(", ", parts);
    }

    private string Literal()
    {
        _failed |= !Take('L');
        if (Peek() == '_' && PeekAt(1) == 'Z')
        {
            _at += 2;
            var entity = Encoding().Full;
            _failed |= !Take('E');
            return entity;
        }

        var letter = Peek();
        var type = Type().Text;
        if (type == "decltype(nullptr)")
        {
            Take('0');
            _failed |= !Take('E');
            return "nullptr";
        }

        var end = _text.IndexOf('E', _at);
        if (end < 0)
        {
            return Fail();
        }

        var value = _text[_at..end].Replace('n', '-');
        _at = end + 1;
        return letter switch
        {
            'b' => value == "0" ? "false" : "true",
            'i' => value,
            'j' => $"{value}u",
            'l' => $"{value}l",
            'm' => $"{value}ul",
            'x' => $"{value}ll",
            'y' => $"{value}ull",
            'f' or 'd' or 'e' => $"({type})[{value}]",
            _ => $"({type}){value}",
        };
    }
}
