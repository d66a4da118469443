using System.Text;
using TraceAgent.Capture;
using TraceAgent.Demangling;

namespace TraceAgent.Symbols.Names;

/// <summary>
/// A rule's name for its functions: a name as nm prints it, one of C++ or Rust as the source has it, or a glob of either
/// (<c>*</c>: any characters, <c>?</c>: one).
/// </summary>
internal sealed class SymbolPattern
{
    // What demangled names contain and mangled ones do not, or not in these letters (Itanium ABI, "Compression", "Builtin types";
    // RFC 2603, "basic-type").
    private static readonly string[] Unwritten =
    [
        "std", "string", "allocator", "basic_string", "char_traits", "basic_istream", "basic_ostream", "basic_iostream", "operator", "new",
        "delete", "vtable", "typeinfo", "virtual", "thunk", "guard", "variable", "function", "wrapper", "reference", "temporary",
        "transaction", "clone", "const", "volatile", "restrict", "covariant", "return", "decltype", "name", "init", "for", "non", "TLS",
        "VTT", "void", "wchar_t", "bool", "char", "signed", "unsigned", "short", "int", "long", "__int128", "float", "double",
        "__float128", "char8_t", "char16_t", "char32_t", "decimal32", "decimal64", "decimal128", "half", "auto", "nullptr",
        "_Float16", "_Float32", "_Float64", "_Float128", "bfloat16_t", "_Complex", "_Imaginary", "__vector", "noexcept", "sizeof",
        "alignof", "true", "false", "parm", "lambda", "unnamed", "type", "anonymous", "namespace", "abi", "literal",
        "impl", "punycode", "default", "closure", "shim", "isize", "usize", "i128", "u128", "str", "dyn", "mut", "unsafe", "extern",
    ];

    private readonly SourceSpelling _spelling;
    private readonly string _canonical;
    private readonly byte[] _prefix;

    public SymbolPattern(string text)
    {
        Text = text;
        var version = text.IndexOf('@', StringComparison.Ordinal);
        Name = version > 0 ? text[..version] : text;
        IsDefaultVersion = version > 0 && text.AsSpan(version).StartsWith("@@");
        Version = version > 0 ? text[(version + (IsDefaultVersion ? 2 : 1))..] : null;
        NameBytes = Encoding.UTF8.GetBytes(Name);
        IsGlob = Wildcard.IsIn(Name);
        _spelling = new SourceSpelling(Name);
        _canonical = SourceSpelling.Canonical(Name);
        MayBeSourceName = !IsGlob || Name.AsSpan().ContainsAny('(', '<') || Name.Contains("operator", StringComparison.Ordinal);
        var wild = NameBytes.AsSpan().IndexOfAny((byte)'*', (byte)'?');
        _prefix = wild < 0 ? NameBytes : NameBytes[..wild];
        Fragments = [.. FragmentsOf(Name, IsGlob).Select(Encoding.UTF8.GetBytes).OrderByDescending(fragment => fragment.Length)];
    }

    /// <summary>The text as the user wrote it.</summary>
    public string Text { get; }

    /// <summary>The name without the version.</summary>
    public string Name { get; }

    public byte[] NameBytes { get; }

    /// <summary>The version, <c>GLIBC_2.34</c> of <c>pthread_create@GLIBC_2.34</c>; null for any.</summary>
    public string? Version { get; }

    /// <summary>True for <c>@@</c>: only the version that programs get when they are linked today.</summary>
    public bool IsDefaultVersion { get; }

    /// <summary>True when it has wildcards. Names of Go and C++ have asterisks too: a search tries it as a name first.</summary>
    public bool IsGlob { get; }

    /// <summary>False for a pattern that no name of C++ has letter by letter: asterisks are in types of parameters.</summary>
    public bool MayBeSourceName { get; }

    /// <summary>True when it has no wildcards but those that belong to types: <c>main.(*Till).Add</c>, <c>add(char *)</c>.</summary>
    public bool LooksLikeName
    {
        get
        {
            var depth = 0;
            for (var i = 0; i < Name.Length; i++)
            {
                depth += Name[i] switch { '(' or '<' => 1, ')' or '>' => -1, _ => 0 };
                if (Name[i] == '?' || (Name[i] == '*' && (depth == 0 || Name.AsSpan(0, i + 2 > Name.Length ? i : i + 2).EndsWith("(*)"))))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The pieces that a mangled name must contain so that its source name can be meant, the longest first.</summary>
    public byte[][] Fragments { get; }

    /// <summary>True when reading the mangled name can be worth the time.</summary>
    public bool MayMean(ReadOnlySpan<byte> mangled)
    {
        foreach (var fragment in Fragments)
        {
            if (mangled.IndexOf(fragment) < 0)
            {
                return false;
            }
        }

        return Demangler.IsMangled(mangled);
    }

    /// <summary>True when the mangled name is what was asked for, as <see cref="SourceSpelling.Names"/> says.</summary>
    public bool Names(ReadOnlySpan<byte> mangled) => MayMean(mangled) && _spelling.Names(mangled, ofCopies: false);

    /// <summary>True for a copy with changed parameters that the compiler made of what was asked for.</summary>
    public bool NamesOriginalOf(ReadOnlySpan<byte> name) =>
        CloneNames.IsWholeCopy(name)
        && (CloneNames.IsCloneOf(name, NameBytes) || (MayMean(name) && _spelling.Names(name, ofCopies: true)));

    /// <summary>True when the name as nm prints it, without a version, fits the wildcards.</summary>
    public bool Fits(ReadOnlySpan<byte> name)
    {
        const int longest = 4096;
        if (!name.StartsWith(_prefix) || name.Length > longest)
        {
            return false;
        }

        if (_prefix.Length + 1 == NameBytes.Length && NameBytes[^1] == (byte)'*')
        {
            return true;
        }

        Span<char> text = stackalloc char[name.Length];
        return Wildcard.Matches(Name, text[..Encoding.UTF8.GetChars(name, text)]);
    }

    /// <summary>
    /// True when the wildcards fit the source name as it is listed, or without parameters, or without the last template arguments
    /// too.
    /// </summary>
    /// <param name="mangled">The name in the symbol table.</param>
    /// <param name="anySpaces">True to compare without the spaces that are not between words.</param>
    public bool FitsSourceOf(ReadOnlySpan<byte> mangled, bool anySpaces) =>
        MayMean(mangled) && Demangler.Demangle(mangled) is { } name
        && (Fits(name.Full, anySpaces) || Fits(name.Name, anySpaces)
            || (!ReferenceEquals(name.Bare, name.Name) && Fits(name.Bare, anySpaces)));

    /// <summary>The words outside all brackets that stand in a mangled name letter by letter.</summary>
    private static IEnumerable<string> FragmentsOf(string name, bool isGlob)
    {
        // Shorter ones stand for types and lifetimes, or are in most names anyway.
        const int shortest = 3;
        var depth = 0;
        var start = -1;
        for (var i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && depth == 0 && SourceSpelling.IsOfWord(name[i]))
            {
                start = start < 0 ? i : start;
                continue;
            }

            if (start >= 0)
            {
                var word = name[start..i];
                if (word.Contains("operator", StringComparison.Ordinal))
                {
                    yield break;
                }

                if (word.Length >= shortest && !char.IsAsciiDigit(word[0])
                    && !Unwritten.Any(unwritten => unwritten.Contains(word, StringComparison.Ordinal)))
                {
                    // A whole identifier has its length before it, which most names with its letters by chance have not. In Rust's
                    // first form, Stack<T> is one identifier.
                    var isWhole = word[0] != '_' && !isGlob
                        && (start == 0 || name[start - 1] == ':') && (i == name.Length || name[i] is ':' or '(');
                    yield return isWhole ? $"{word.Length}{word}" : word;
                }

                start = -1;
            }

            depth += i == name.Length ? 0 : name[i] switch { '(' or '<' or '[' or '{' => 1, ')' or '>' or ']' or '}' => -1, _ => 0 };
        }
    }

    private bool Fits(string name, bool anySpaces) => anySpaces
        ? Wildcard.Matches(_canonical, SourceSpelling.Canonical(name))
        : Wildcard.Matches(Name, name);
}
