using System.Globalization;
using System.Text;

namespace TraceAgent.Demangling;

/// <summary>The parser of Rust's second form (RFC 2603): <c>_RNvNtCs1234_4shop4cart3add</c>. Hashes of crates are left out.</summary>
internal ref partial struct RustV0Demangler
{
    // References back can nest and repeat: both are bounded, and so is the text.
    private const int DeepestNesting = 200;
    private const int MaxSteps = 20_000;

    private readonly ReadOnlySpan<byte> _text;
    private readonly StringBuilder _output = new();
    private int _at;
    private int _depth;
    private int _steps;
    private int _lifetimes;
    private bool _failed;

    private RustV0Demangler(ReadOnlySpan<byte> text) => _text = text;

    /// <param name="name">ASCII, beginning with <c>_R</c>.</param>
    public static DemangledName? Demangle(ReadOnlySpan<byte> name)
    {
        var reader = new RustV0Demangler(name[2..]);

        // A digit would be the version of an encoding to come.
        if (reader._text.IsEmpty || !char.IsAsciiLetterUpper((char)reader._text[0]) || !Ascii.IsValid(name))
        {
            return null;
        }

        var bareEnd = reader.Path(asValue: true);
        if (!reader._failed && reader._at < reader._text.Length)
        {
            // The crate that made this copy.
            var length = reader._output.Length;
            reader.Path(asValue: false);
            reader._output.Length = Math.Min(length, reader._output.Length);
        }

        if (reader._failed || reader._at != reader._text.Length)
        {
            return null;
        }

        var full = reader._output.ToString();
        var bare = full[..bareEnd];
        return new DemangledName(full, full, bare);
    }

    /// <summary>Appends a path.</summary>
    /// <param name="asValue">Generic arguments of functions follow <c>::</c>, those of types do not.</param>
    /// <returns>Where the text ended before the last list of generic arguments.</returns>
    private int Path(bool asValue)
    {
        if (!Enter())
        {
            return 0;
        }

        var bareEnd = -1;
        switch (Next())
        {
            case 'C':
                Disambiguator();
                Append(Identifier());
                break;
            case 'M':
                ImplementationPath();
                OwnType();
                break;
            case 'X':
                ImplementationPath();
                Qualified();
                break;
            case 'Y':
                Qualified();
                break;
            case 'N':
                Nested(asValue);
                break;
            case 'I':
                Path(asValue);
                bareEnd = _output.Length;
                Append(asValue ? "::<" : "<");
                List(ref this, static (ref RustV0Demangler reader) => reader.GenericArgument());
                Append(">");
                break;
            case 'B':
                Back(asValue, static (ref RustV0Demangler reader, bool value) => reader.Path(value));
                break;
            default:
                _failed = true;
                break;
        }

        _depth--;
        return bareEnd < 0 ? _output.Length : bareEnd;
    }

    private void Nested(bool asValue)
    {
        var kind = Next();
        Path(asValue);
        var number = Disambiguator();
        var name = Identifier();
        if (char.IsAsciiLetterLower(kind))
        {
            Append(name.Length == 0 ? "" : "::");
            Append(name);
            return;
        }

        var word = kind switch { 'C' => "closure", 'S' => "shim", _ => kind.ToString() };
        Append($"::{{{word}{(name.Length == 0 ? "" : ":")}{name}#{number.ToString(CultureInfo.InvariantCulture)}}}");
        _failed |= !char.IsAsciiLetterUpper(kind);
    }

    /// <summary>
    /// Reads the type of an implementation. One that is a path stands without the brackets of nm (<c>&lt;shop::Cart&gt;</c>), as in
    /// the source.
    /// </summary>
    private void OwnType()
    {
        var start = _output.Length;
        Type();
        var identifier = start;
        while (identifier < _output.Length && (char.IsLetterOrDigit(_output[identifier]) || _output[identifier] == '_'))
        {
            identifier++;
        }

        if (!_failed && (identifier == start || identifier == _output.Length || _output[identifier] != ':'))
        {
            _output.Insert(start, '<');
            Append(">");
        }
    }

    /// <summary>Writes a type as one of a trait: <c>&lt;T as Trait&gt;</c>.</summary>
    private void Qualified()
    {
        Append("<");
        Type();
        Append(" as ");
        Path(asValue: false);
        Append(">");
    }

    /// <summary>Reads where an implementation stands, which its name does not show.</summary>
    private void ImplementationPath()
    {
        Disambiguator();
        var length = _output.Length;
        Path(asValue: false);
        _output.Length = Math.Min(length, _output.Length);
    }

    private void GenericArgument()
    {
        if (Take('L'))
        {
            Lifetime(Base62());
        }
        else if (Take('K'))
        {
            Constant();
        }
        else
        {
            Type();
        }
    }

    private static int List(ref RustV0Demangler reader, Part part)
    {
        var count = 0;
        while (!reader._failed && !reader.Take('E'))
        {
            reader.Append(count++ == 0 ? "" : ", ");
            part(ref reader);
        }

        return count;
    }

    /// <summary>Reads again a part further in front, to which the name refers.</summary>
    private void Back(bool asValue, ReferredPart part)
    {
        var from = _at - 1;
        var target = Base62();
        if (_failed || target >= (ulong)from)
        {
            _failed = true;
            return;
        }

        var after = _at;
        _at = (int)target;
        part(ref this, asValue);
        _at = after;
    }

    private static string? Basic(char letter) => letter switch
    {
        'a' => "i8",
        'b' => "bool",
        'c' => "char",
        'd' => "f64",
        'e' => "str",
        'f' => "f32",
        'h' => "u8",
        'i' => "isize",
        'j' => "usize",
        'l' => "i32",
        'm' => "u32",
        'n' => "i128",
        'o' => "u128",
        's' => "i16",
        't' => "u16",
        'u' => "()",
        'v' => "...",
        'x' => "i64",
        'y' => "u64",
        'z' => "!",
        'p' => "_",
        _ => null,
    };
}
