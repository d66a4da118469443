namespace TraceAgent.Demangling;

/// <summary>The parser of types.</summary>
internal sealed partial class ItaniumDemangler
{
    private DemangledType Type()
    {
        if (!Enter())
        {
            return Nothing;
        }

        var type = TypeWithoutLimit();
        _depth--;
        return _failed ? Nothing : type;
    }

    private static readonly DemangledType Nothing = new("");

    private DemangledType TypeWithoutLimit()
    {
        var letter = Peek();
        if (Builtin(letter) is { } builtin)
        {
            _at++;
            return new DemangledType(builtin);
        }

        switch (letter)
        {
            case 'r' or 'V' or 'K':
                var qualifiers = "";
                while (Peek() is 'r' or 'V' or 'K')
                {
                    qualifiers = Qualifier(Next()) + qualifiers;
                }

                return Remembered(Type().Qualified(qualifiers));
            case 'P':
                _at++;
                return Remembered(Type().With("*"));
            case 'R':
                _at++;
                return Remembered(Type().With("&"));
            case 'O':
                _at++;
                return Remembered(Type().With("&&"));
            case 'C' or 'G':
                _at++;
                return Remembered(Type().Qualified(letter == 'C' ? " _Complex" : " _Imaginary"));
            case 'F':
                return Remembered(Function(""));
            case 'A':
                return Remembered(Array());
            case 'M':
                _at++;
                var owner = Type().Text;
                var member = Type();
                return Remembered(member.Shape is TypeForm.Function or TypeForm.Array
                    ? member.With($"{owner}::*")
                    : new DemangledType($"{member.Left} {owner}::*", member.Right));
            case 'D':
                return Extended();
            case 'T' when PeekAt(1) is 's' or 'u' or 'e':
                _at += 2;
                return Remembered(ClassName());
            case 'T':
                var parameter = Remembered(TemplateParameter());
                return Peek() == 'I' ? Remembered(new DemangledType(Kept(parameter.Text + TemplateArguments(isOuter: false)))) : parameter;
            case 'S' when PeekAt(1) != 't':
                var substitution = Substitution();
                return Peek() == 'I'
                    ? Remembered(new DemangledType(Kept(substitution.Text + TemplateArguments(isOuter: false))))
                    : substitution;
            case 'u':
                _at++;
                return Remembered(new DemangledType(SourceName()));
            case 'U':
                _at++;
                var vendor = SourceName();
                vendor += Peek() == 'I' ? TemplateArguments(isOuter: false) : "";
                return Remembered(Type().Qualified($" {vendor}"));
            default:
                return Remembered(ClassName());
        }
    }

    private DemangledType Remembered(DemangledType type)
    {
        Kept(type.Left);
        Kept(type.Right);
        Remember(type);
        return type;
    }

    private DemangledType ClassName()
    {
        var state = new NameState { Qualifiers = "" };
        return new DemangledType(Name(ref state, isOuter: false));
    }

    private DemangledType Function(string exception)
    {
        _failed |= !Take('F');
        Take('Y');
        var returned = Type();
        var parameters = Parameters();
        var reference = ReferenceMark();
        _failed |= !Take('E');
        return new DemangledType($"{returned.Left} ", $"({parameters}){reference}{exception}{returned.Right}", TypeForm.Function);
    }

    /// <summary>Reads the mark of a reference qualifier, <c>R</c> or <c>O</c>; empty when there is none.</summary>
    private string ReferenceMark()
    {
        if (Take('R'))
        {
            return " &";
        }

        return Take('O') ? " &&" : "";
    }

    private DemangledType Array()
    {
        _at++;
        var size = Peek() switch
        {
            >= '0' and <= '9' => Digits(),
            '_' => "",
            _ => Expression(),
        };
        _failed |= !Take('_');
        var element = Type();
        return new DemangledType(element.Left, $" [{size}]{element.Right.TrimStart()}", TypeForm.Array);
    }

    private string Digits()
    {
        var from = _at;
        while (char.IsAsciiDigit(Peek()))
        {
            _at++;
        }

        return _text[from.._at];
    }

    /// <summary>Reads a type whose code begins with D.</summary>
    private DemangledType Extended()
    {
        _at++;
        switch (Next())
        {
            case 'd':
                return new DemangledType("decimal64");
            case 'e':
                return new DemangledType("decimal128");
            case 'f':
                return new DemangledType("decimal32");
            case 'h':
                return new DemangledType("half");
            case 'i':
                return new DemangledType("char32_t");
            case 's':
                return new DemangledType("char16_t");
            case 'u':
                return new DemangledType("char8_t");
            case 'a':
                return new DemangledType("auto");
            case 'c':
                return new DemangledType("decltype(auto)");
            case 'n':
                return new DemangledType("decltype(nullptr)");
            case 'F':
                var bits = Digits();
                if (Take('_'))
                {
                    return new DemangledType($"_Float{bits}");
                }

                return new DemangledType(Take('b') ? $"std::bfloat{bits}_t" : Fail());
            case 'v':
                var size = char.IsAsciiDigit(Peek()) ? Digits() : Expression();
                _failed |= !Take('_');
                return Remembered(Type().Qualified($" __vector({size})"));
            case 'p':
                return Remembered(Expanded());
            case 'o':
                return Remembered(Function(" noexcept"));
            case 't' or 'T':
                var expression = Expression();
                _failed |= !Take('E');
                return Remembered(new DemangledType(Kept($"decltype ({expression})")));
            default:
                return new DemangledType(Fail());
        }
    }

    /// <summary>Reads the pattern of a pack, and writes it once for every element.</summary>
    private DemangledType Expanded()
    {
        var from = _at;
        var outer = _packIndex;
        var remembered = _substitutions.Count;
        _packIndex = -1;
        _packSize = -1;
        var whole = Type();
        var after = _at;
        if (_packSize < 0 || _failed)
        {
            _packIndex = outer;
            return whole.Pack is null ? new DemangledType($"{whole.Text}...") : whole;
        }

        var elements = new List<DemangledType>();
        var size = _packSize;
        for (_packIndex = 0; _packIndex < size && !_failed; _packIndex++)
        {
            _at = from;
            var kept = _substitutions.Count;
            elements.Add(Type());
            _substitutions.RemoveRange(kept, _substitutions.Count - kept);
        }

        _failed |= _substitutions.Count < remembered;
        _packIndex = outer;
        _at = after;
        return new DemangledType("", Pack: elements);
    }

    // Of the last pack that a pattern named.
    private int _packSize = -1;

    private static string Qualifier(char letter) => letter switch { 'r' => " restrict", 'V' => " volatile", _ => " const" };

    private static string? Builtin(char letter) => letter switch
    {
        'v' => "void",
        'w' => "wchar_t",
        'b' => "bool",
        'c' => "char",
        'a' => "signed char",
        'h' => "unsigned char",
        's' => "short",
        't' => "unsigned short",
        'i' => "int",
        'j' => "unsigned int",
        'l' => "long",
        'm' => "unsigned long",
        'x' => "long long",
        'y' => "unsigned long long",
        'n' => "__int128",
        'o' => "unsigned __int128",
        'f' => "float",
        'd' => "double",
        'e' => "long double",
        'g' => "__float128",
        'z' => "...",
        _ => null,
    };
}
