using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Capture;
using TraceAgent.Demangling;

namespace TraceAgent.Symbols.Elf;

/// <summary>
/// A rule's name for its functions: a name as nm prints it, one of C++ or Rust as the source has it, or a glob of either
/// (<c>*</c>: any characters, <c>?</c>: one).
/// </summary>
internal sealed partial class SymbolPattern
{
    // What demangled names contain and mangled ones do not, or not in these letters (Itanium ABI, "Compression").
    private static readonly string[] Unwritten =
    [
        "std", "string", "allocator", "basic_string", "char_traits", "basic_istream", "basic_ostream", "basic_iostream", "operator", "new",
        "delete", "vtable", "typeinfo", "virtual", "thunk", "guard", "variable", "function", "wrapper", "reference", "temporary",
        "transaction",
        "clone", "const", "volatile", "restrict", "covariant", "return", "decltype", "name", "init", "for", "non", "TLS", "VTT",
        "impl", "punycode", "default", "literal",
    ];

    private readonly string _canonical;
    private readonly string _canonicalPrefix;
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
        _canonical = Canonical(LeadingConst().Replace(Name, "$2 const"));
        _canonicalPrefix = Wildcard.IndexIn(_canonical) is >= 0 and var first ? _canonical[..first] : _canonical;
        MayBeSourceName = !IsGlob || Name.Contains('(', StringComparison.Ordinal) || Name.Contains("operator", StringComparison.Ordinal);
        var wild = NameBytes.AsSpan().IndexOfAny((byte)'*', (byte)'?');
        _prefix = wild < 0 ? NameBytes : NameBytes[..wild];
        Fragments = [.. FragmentsOf(Name).Select(Encoding.UTF8.GetBytes).OrderByDescending(fragment => fragment.Length)];
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

    /// <summary>True when it is the whole name, or the name without parameters, or without the last template arguments too.</summary>
    public bool Names(DemangledName name) =>
        Canonical(name.Full) == _canonical || Canonical(name.Name) == _canonical
        || (!ReferenceEquals(name.Bare, name.Name) && Canonical(name.Bare) == _canonical);

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

    /// <summary>True when the source name fits the wildcards, in one of the forms of <see cref="Names"/>.</summary>
    public bool Fits(DemangledName name) =>
        Fits(name.Full) || Fits(name.Name) || (!ReferenceEquals(name.Bare, name.Name) && Fits(name.Bare));

    /// <summary>The name with spaces only between words: people write <c>add(int,int)</c> and <c>const char*</c>.</summary>
    internal static string Canonical(string name)
    {
        if (!name.Contains(' ', StringComparison.Ordinal))
        {
            return name;
        }

        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            var isBetweenWords = i > 0 && i + 1 < name.Length && IsOfWord(name[i - 1]) && IsOfWord(name[i + 1]);
            if (name[i] != ' ' || isBetweenWords)
            {
                text.Append(name[i]);
            }
        }

        return text.ToString();
    }

    private static bool IsOfWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';


    /// <summary>The words outside all brackets that stand in a mangled name letter by letter.</summary>
    private static IEnumerable<string> FragmentsOf(string name)
    {
        var depth = 0;
        var start = -1;
        for (var i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && depth == 0 && IsOfWord(name[i]))
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

                if (!Unwritten.Any(unwritten => unwritten.Contains(word, StringComparison.Ordinal)))
                {
                    // A whole identifier has its length before it, which most names with its letters by chance have not.
                    var isWhole = word[0] != '_'
                        && (start == 0 || name[start - 1] == ':') && (i == name.Length || name[i] is ':' or '(' or '<');
                    yield return isWhole ? $"{word.Length}{word}" : word;
                }

                start = -1;
            }

            depth += i == name.Length ? 0 : name[i] switch { '(' or '<' or '[' or '{' => 1, ')' or '>' or ']' or '}' => -1, _ => 0 };
        }
    }

    private bool Fits(string name) =>
        Canonical(name) is var canonical && canonical.StartsWith(_canonicalPrefix, StringComparison.Ordinal)
        && Wildcard.Matches(_canonical, canonical);

    [GeneratedRegex(@"(?<=[(,<]\s*)(const)\s+((?:unsigned |signed |long )*[\w:]+(?:<[^<>]*>)?)", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingConst();
}
