namespace TraceAgent.Symbols.Demangling;

/// <summary>
/// C++ names after the Itanium ABI, chapter "External Names (a.k.a. Mangling)", spelled as c++filt spells them, but
/// without the return types that only templates have, and <c>std::string</c> for its long form. What is written here: encodings and names.
/// </summary>
internal sealed partial class ItaniumDemangler
{
    // A name of 4 KiB can refer to its own parts and double its text at every reference: all of it is bounded.
    private const int DeepestNesting = 128;
    private const int MostSteps = 20_000;
    private const int MostUnits = 1 << 20;

    private readonly string _text;
    private readonly List<TypeText> _substitutions = [];
    private List<TypeText> _templateArguments = [];
    private int _at;
    private int _depth;
    private int _steps;
    private int _units;
    private int _packIndex = -1;
    private bool _inLambda;
    private bool _failed;

    // GCC writes the scope of a dependent name as a type, clang as a list of names that has an end.
    private readonly bool _scopesAreLists;

    private ItaniumDemangler(string text, bool scopesAreLists) => (_text, _at, _scopesAreLists) = (text, 2, scopesAreLists);

    /// <summary>What the rest of an encoding depends on.</summary>
    private struct NameState
    {
        /// <summary>Text before the last list of template arguments.</summary>
        public string? Bare;

        public bool EndsWithTemplateArguments;
        public bool HasNoReturnType;

        /// <summary><c> const</c> and the like, of a member function.</summary>
        public string Qualifiers;
    }

    /// <param name="name">ASCII, beginning with <c>_Z</c>, without a suffix.</param>
    public static DemangledName? Demangle(ReadOnlySpan<byte> name)
    {
        var text = System.Text.Encoding.ASCII.GetString(name);
        return Demangle(text, scopesAreLists: false)
            ?? (text.Contains("sr", StringComparison.Ordinal) ? Demangle(text, scopesAreLists: true) : null);
    }

    private static DemangledName? Demangle(string text, bool scopesAreLists)
    {
        var reader = new ItaniumDemangler(text, scopesAreLists);
        var result = reader.Encoding();
        return reader._failed || reader._at != reader._text.Length || result.Full.Length == 0 ? null : result;
    }

    private DemangledName Encoding()
    {
        if (!Enter())
        {
            return new DemangledName("", "", "");
        }

        DemangledName result;
        if (Peek() == 'T' || (Peek() == 'G' && PeekAt(1) is 'V' or 'R' or 'T'))
        {
            var special = Special();
            result = new DemangledName(special, special, special);
        }
        else
        {
            var state = new NameState { Qualifiers = "" };
            var name = Name(ref state, isOuter: true);
            var full = name;
            if (!IsAtEnd())
            {
                if (state.EndsWithTemplateArguments && !state.HasNoReturnType)
                {
                    // The type that it returns, which its other names do not have.
                    Type();
                }

                full = Kept($"{name}({Parameters()}){state.Qualifiers}");
            }

            result = new DemangledName(full, name, state.EndsWithTemplateArguments && state.Bare is { } bare ? bare : name);
        }

        _depth--;
        return new DemangledName(Shortened(result.Full), Shortened(result.Name), Shortened(result.Bare));
    }

    private static string Shortened(string text) => text.Replace(
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string", StringComparison.Ordinal);

    private bool IsAtEnd() => _failed || _at >= _text.Length || Peek() is 'E' or '.';

    /// <summary>Types up to the end of a list; a lone <c>void</c> is none.</summary>
    private string Parameters()
    {
        if (Peek() == 'v' && (_at + 1 >= _text.Length || PeekAt(1) is 'E' or 'R' or 'O'))
        {
            _at++;
            return "";
        }

        var types = new List<string>();
        while (!IsAtEnd() && !(Peek() is 'R' or 'O' && PeekAt(1) == 'E'))
        {
            var type = Type();
            if (type.Pack is not { Count: 0 })
            {
                types.Add(type.Text);
            }
        }

        return Kept(string.Join(", ", types));
    }

    private string Special()
    {
        var kind = $"{Next()}{Next()}";
        switch (kind)
        {
            case "TV" or "TT" or "TI" or "TS":
                return Kept($"{kind switch { "TV" => "vtable", "TT" => "VTT", "TI" => "typeinfo", _ => "typeinfo name" }} for {Type().Text}");
            case "Th" or "Tv":
                CallOffset(kind[1]);
                return Kept($"{(kind == "Th" ? "non-virtual" : "virtual")} thunk to {Encoding().Full}");
            case "Tc":
                CallOffset(Next());
                CallOffset(Next());
                return Kept($"covariant return thunk to {Encoding().Full}");
            case "TW" or "TH" or "GV" or "GR":
                var state = new NameState { Qualifiers = "" };
                var name = Name(ref state, isOuter: true);
                if (kind == "GR")
                {
                    Sequence();
                    Take('_');
                }

                return Kept(kind switch
                {
                    "TW" => "TLS wrapper function for ",
                    "TH" => "TLS init function for ",
                    "GV" => "guard variable for ",
                    _ => "reference temporary for ",
                } + name);
            case "GT":
                return Next() is 't' or 'n' ? Kept($"transaction clone for {Encoding().Full}") : Fail();
            default:
                return Fail();
        }
    }

    private void CallOffset(char kind)
    {
        Number();
        _failed |= !Take('_');
        if (kind == 'v')
        {
            Number();
            _failed |= !Take('_');
        }
    }

    /// <param name="state">Of the encoding.</param>
    /// <param name="isOuter">Template parameters further on mean this name's arguments.</param>
    private string Name(ref NameState state, bool isOuter)
    {
        if (!Enter())
        {
            return "";
        }

        string name;
        if (Peek() == 'N')
        {
            name = Nested(ref state, isOuter);
        }
        else if (Peek() == 'Z')
        {
            name = Local(ref state, isOuter);
        }
        else if (Peek() == 'S' && PeekAt(1) != 't')
        {
            name = Substitution().Text;
            _failed |= Peek() != 'I';
            name = WithArguments(name, ref state, isOuter);
        }
        else
        {
            name = Unscoped(ref state);
            if (Peek() == 'I')
            {
                Remember(new TypeText(name));
                name = WithArguments(name, ref state, isOuter);
            }
        }

        _depth--;
        return name;
    }

    private string Unscoped(ref NameState state)
    {
        var isStd = Peek() == 'S' && PeekAt(1) == 't';
        _at += isStd ? 2 : 0;
        return Kept((isStd ? "std::" : "") + Unqualified("", ref state));
    }

    private string WithArguments(string name, ref NameState state, bool isOuter)
    {
        state.Bare = name;
        state.EndsWithTemplateArguments = true;
        return Kept($"{name}{(name.EndsWith('<') ? " " : "")}{TemplateArguments(isOuter)}");
    }

    private string Nested(ref NameState state, bool isOuter)
    {
        _at++;
        var qualifiers = "";
        while (Peek() is 'r' or 'V' or 'K')
        {
            qualifiers = Qualifier(Next()) + qualifiers;
        }

        qualifiers += Peek() == 'R' ? " &" : Peek() == 'O' ? " &&" : "";
        _at += Peek() is 'R' or 'O' ? 1 : 0;
        state.Qualifiers = qualifiers;

        var name = "";
        var hasNew = false;
        while (!_failed && !Take('E'))
        {
            if (!Enter())
            {
                return "";
            }

            _depth--;
            state.EndsWithTemplateArguments &= Peek() == 'I';
            switch (Peek())
            {
                case 'I':
                    _failed |= name.Length == 0;
                    name = WithArguments(name, ref state, isOuter);
                    break;
                case 'S' when PeekAt(1) == 't':
                    _failed |= name.Length > 0;
                    _at += 2;
                    name = "std";
                    continue;
                case 'S':
                    _failed |= name.Length > 0;
                    name = Substitution().Text;
                    continue;
                case 'T' when name.Length == 0:
                    name = TemplateParameter().Text;
                    break;
                case 'D' when PeekAt(1) is 't' or 'T' && name.Length == 0:
                    name = Type().Text;
                    continue;
                case 'M':
                    _at++;
                    continue;
                default:
                    name = Kept($"{name}{(name.Length == 0 ? "" : "::")}{Unqualified(LastPart(name), ref state)}");
                    break;
            }

            hasNew = true;
            Remember(new TypeText(name));
        }

        // The whole name is no prefix of itself; as a type it is remembered by who asked for a type.
        if (hasNew && _substitutions.Count > 0)
        {
            _substitutions.RemoveAt(_substitutions.Count - 1);
        }

        return name.Length == 0 ? Fail() : name;
    }

    /// <summary>What a constructor of it is called.</summary>
    private static string LastPart(string name)
    {
        // An ABI tag belongs to the class, not to its constructors.
        var tag = name.EndsWith(']') ? name.LastIndexOf("[abi:", StringComparison.Ordinal) : -1;
        var end = tag > 0 ? tag : name.Length;
        for (var depth = 0; end > 0; end--)
        {
            depth += name[end - 1] switch { '>' => 1, '<' => -1, _ => 0 };
            if (depth == 0 && name[end - 1] != '<')
            {
                break;
            }
        }

        var start = name.LastIndexOf(':', Math.Max(0, end - 1)) + 1;
        return name[start..end];
    }

    private string Local(ref NameState state, bool isOuter)
    {
        _at++;
        var function = Encoding().Full;
        _failed |= !Take('E');
        if (Take('s'))
        {
            Discriminator();
            return Kept($"{function}::string literal");
        }

        if (Take('d'))
        {
            Number();
            _failed |= !Take('_');
        }

        state = new NameState { Qualifiers = "" };
        var entity = Name(ref state, isOuter);
        state.Bare = state.Bare is { } bare ? Kept($"{function}::{bare}") : null;
        Discriminator();
        return Kept($"{function}::{entity}");
    }

    private void Discriminator()
    {
        if (Peek() != '_')
        {
            return;
        }

        if (PeekAt(1) == '_')
        {
            _at += 2;
            Number();
            Take('_');
        }
        else if (char.IsAsciiDigit(PeekAt(1)))
        {
            _at += 2;
        }
    }

    /// <param name="owner">The class, for constructors and destructors.</param>
    /// <param name="state">Of the encoding.</param>
    private string Unqualified(string owner, ref NameState state)
    {
        Take('L');
        state.HasNoReturnType = false;
        string name;
        var letter = Peek();
        if (char.IsAsciiDigit(letter))
        {
            name = SourceName();
        }
        else if (letter == 'C' && owner.Length > 0)
        {
            _at++;
            var inherits = Take('I');
            _failed |= Next() is < '1' or > '5';
            if (inherits)
            {
                var ignored = new NameState { Qualifiers = "" };
                Name(ref ignored, isOuter: false);
            }

            state.HasNoReturnType = true;
            name = owner;
        }
        else if (letter == 'D' && PeekAt(1) is >= '0' and <= '5' && owner.Length > 0)
        {
            _at += 2;
            state.HasNoReturnType = true;
            name = $"~{owner}";
        }
        else if (letter == 'D' && PeekAt(1) == 'C')
        {
            _at += 2;
            var names = new List<string>();
            while (!_failed && !Take('E'))
            {
                names.Add(SourceName());
            }

            name = $"[{string.Join(", ", names)}]";
        }
        else if (letter == 'U')
        {
            name = Unnamed();
        }
        else
        {
            name = OperatorName(ref state);
        }

        while (!_failed && Take('B'))
        {
            name = Kept($"{name}[abi:{SourceName()}]");
        }

        return name;
    }

    private string Unnamed()
    {
        _at++;
        if (Take('t'))
        {
            return $"{{unnamed type#{Ordinal()}}}";
        }

        if (!Take('l'))
        {
            return Fail();
        }

        var wasInLambda = _inLambda;
        _inLambda = true;
        var parameters = Parameters();
        _inLambda = wasInLambda;
        _failed |= !Take('E');
        return Kept($"{{lambda({parameters})#{Ordinal()}}}");
    }

    /// <summary>The first has no number, the second 0.</summary>
    private long Ordinal()
    {
        var number = char.IsAsciiDigit(Peek()) ? Number() + 2 : 1;
        _failed |= !Take('_');
        return number;
    }

    private string SourceName()
    {
        var length = char.IsAsciiDigit(Peek()) ? Number() : 0;
        if (length <= 0 || length > _text.Length - _at)
        {
            return Fail();
        }

        var name = _text.Substring(_at, (int)length);
        _at += (int)length;
        return name.StartsWith("_GLOBAL__N", StringComparison.Ordinal) ? "(anonymous namespace)" : name;
    }

    private string OperatorName(ref NameState state)
    {
        var code = $"{Next()}{Next()}";
        switch (code)
        {
            case "cv":
                state.HasNoReturnType = true;
                return Kept($"operator {Type().Text}");
            case "li":
                return $"operator\"\" {SourceName()}";
            default:
                return s_operators.TryGetValue(code, out var sign)
                    ? $"operator{(char.IsAsciiLetter(sign[0]) ? " " : "")}{sign}"
                    : Fail();
        }
    }

    private bool Enter()
    {
        _failed |= ++_depth > DeepestNesting || ++_steps > MostSteps;
        if (_failed)
        {
            _depth--;
        }

        return !_failed;
    }

    /// <summary>The text, counted against what one name may cost.</summary>
    private string Kept(string text)
    {
        _units += text.Length;
        _failed |= text.Length > Demangler.LongestResult || _units > MostUnits;
        return _failed ? "" : text;
    }

    private string Fail()
    {
        _failed = true;
        return "";
    }

    private void Remember(TypeText type) => _substitutions.Add(type);

    private char Peek() => PeekAt(0);

    private char PeekAt(int distance) => _at + distance < _text.Length ? _text[_at + distance] : '\0';

    private char Next()
    {
        _failed |= _at >= _text.Length;
        return _at < _text.Length ? _text[_at++] : '\0';
    }

    private bool Take(char letter)
    {
        if (_failed || Peek() != letter)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Decimal, with <c>n</c> for minus; at most nine digits.</summary>
    private long Number()
    {
        const int most = 9;
        var isNegative = Take('n');
        long value = 0;
        var from = _at;
        while (char.IsAsciiDigit(Peek()))
        {
            value = (value * 10) + (Next() - '0');
            _failed |= _at - from > most;
            if (_failed)
            {
                return 0;
            }
        }

        _failed |= _at == from;
        return isNegative ? -value : value;
    }
}
