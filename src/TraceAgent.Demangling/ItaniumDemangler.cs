namespace TraceAgent.Demangling;

/// <summary>
/// The parser of C++ names after the Itanium ABI, chapter "External Names (a.k.a. Mangling)", spelled as c++filt spells them; or
/// short: without the return types that only templates have, and <c>std::string</c> for its long form. This file has encodings
/// and names.
/// </summary>
internal sealed partial class ItaniumDemangler
{
    // A name of 4 KiB can refer to its own parts and double its text at every reference: all of it is bounded.
    private const int DeepestNesting = 128;
    private const int MaxSteps = 20_000;
    private const int MaxUnits = 1 << 20;

    private readonly string _text;
    private readonly List<DemangledType> _substitutions = [];
    private List<DemangledType> _templateArguments = [];
    private int _at;
    private int _depth;
    private int _steps;
    private int _units;
    private int _packIndex = -1;
    private bool _inLambda;
    private bool _failed;

    // GCC writes the scope of a dependent name as a type, clang as a list of names that has an end.
    private readonly bool _scopesAreLists;
    private readonly bool _isShort;

    private ItaniumDemangler(string text, bool scopesAreLists, bool isShort) =>
        (_text, _at, _scopesAreLists, _isShort) = (text, 2, scopesAreLists, isShort);

    // Of the name that was read last: the one of the whole when its parameters begin.
    private MemberName? _member;

    /// <summary>The state on which the rest of an encoding depends.</summary>
    private struct NameState
    {
        /// <summary>Text before the last list of template arguments.</summary>
        public string? Bare;

        public bool EndsWithTemplateArguments;
        public bool HasNoReturnType;

        /// <summary>The qualifiers of a member function, such as <c> const</c>.</summary>
        public string Qualifiers;
    }

    /// <param name="name">The name, beginning with <c>_Z</c>, without a suffix; one UTF-16 unit for each byte.</param>
    /// <param name="isShort">True for the short spelling.</param>
    public static DemangledName? Demangle(string name, bool isShort) =>
        Demangle(name, scopesAreLists: false, isShort)
            ?? (name.Contains("sr", StringComparison.Ordinal) ? Demangle(name, scopesAreLists: true, isShort) : null);

    private static DemangledName? Demangle(string text, bool scopesAreLists, bool isShort)
    {
        var reader = new ItaniumDemangler(text, scopesAreLists, isShort);
        var result = reader.Encoding(isWhole: true);
        return reader._failed || reader._at != reader._text.Length || result.Full.Length == 0
            ? null
            : result with { Member = reader._member };
    }

    /// <summary>A name with its parameters, and in the long form with its return type, unless it is a part of another name.</summary>
    private DemangledName Encoding(bool isWhole = false)
    {
        if (!Enter())
        {
            return new DemangledName("", "", "");
        }

        DemangledName result;
        if (Peek() == 'T' || (Peek() == 'G' && PeekAt(1) is 'V' or 'R' or 'T'))
        {
            var special = Special();
            _member = _member is null ? null : _member with { IsThunk = true };
            result = new DemangledName(special, special, special);
        }
        else
        {
            var state = new NameState { Qualifiers = "" };
            var name = Name(ref state, isOuter: true);
            var member = _member;
            var full = name;
            if (!IsAtEnd())
            {
                var returned = state.EndsWithTemplateArguments && !state.HasNoReturnType ? Type() : null;
                full = Kept($"{name}({Parameters()}){state.Qualifiers}");
                full = _isShort || !isWhole || returned is null ? full : Kept($"{returned.Left} {full}{returned.Right}");
            }

            _member = member;
            result = new DemangledName(full, name, WithoutTag(state.EndsWithTemplateArguments && state.Bare is { } bare ? bare : name));
        }

        _depth--;
        return new DemangledName(Shortened(result.Full), Shortened(result.Name), Shortened(result.Bare));
    }

    private string Shortened(string text) => !_isShort ? text : text.Replace(
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string", StringComparison.Ordinal);

    /// <summary>The name without ABI tags at its end, which the source does not write.</summary>
    private static string WithoutTag(string name)
    {
        while (name.LastIndexOf("[abi:", StringComparison.Ordinal) is > 0 and var tag
            && name.IndexOf(']', tag) == name.Length - 1)
        {
            name = name[..tag];
        }

        return name;
    }

    private bool IsAtEnd() => _failed || _at >= _text.Length || Peek() is 'E' or '.';

    /// <summary>Reads types up to the end of a list; a lone <c>void</c> is none.</summary>
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
                return Kept(
                    $"{kind switch { "TV" => "vtable", "TT" => "VTT", "TI" => "typeinfo", _ => "typeinfo name" }} for {Type().Text}");
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

    private bool Enter()
    {
        _failed |= ++_depth > DeepestNesting || ++_steps > MaxSteps;
        if (_failed)
        {
            _depth--;
        }

        return !_failed;
    }

    /// <summary>Returns the text, and counts it against the limit of one name.</summary>
    private string Kept(string text)
    {
        _units += text.Length;
        _failed |= text.Length > Demangler.MaxResultLength || _units > MaxUnits;
        return _failed ? "" : text;
    }

    private string Fail()
    {
        _failed = true;
        return "";
    }

    private void Remember(DemangledType type) => _substitutions.Add(type);

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

    /// <summary>Reads a decimal number, with <c>n</c> for minus; at most nine digits.</summary>
    private long Number()
    {
        const int max = 9;
        var isNegative = Take('n');
        long value = 0;
        var from = _at;
        while (char.IsAsciiDigit(Peek()))
        {
            value = (value * 10) + (Next() - '0');
            _failed |= _at - from > max;
            if (_failed)
            {
                return 0;
            }
        }

        _failed |= _at == from;
        return isNegative ? -value : value;
    }
}
