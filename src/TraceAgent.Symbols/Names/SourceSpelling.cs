using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Demangling;

namespace TraceAgent.Symbols.Names;

/// <summary>
/// A function's name of C++ or Rust as people and tools write it, in one spelling for all of them: spaces only between words,
/// <c>std::string</c> for its long form, <c>shop::Cart::push</c> for <c>&lt;shop::Cart&gt;::push</c>.
/// </summary>
internal sealed partial class SourceSpelling
{
    private readonly string _text;
    private readonly bool _hasTags;
    private readonly bool _mayHaveReturnType;
    private readonly bool? _isOfNewStrings;
    private readonly string? _withoutGenerics;
    private readonly byte[] _rustHash;

    /// <param name="name">The name as somebody wrote it, without a version.</param>
    public SourceSpelling(string name)
    {
        name = RustSpelling.WithoutDetails(name, out var hash);
        _rustHash = Encoding.ASCII.GetBytes(hash);
        _text = Of(LeadingConst().Replace(name, "$2 const"));
        _hasTags = name.Contains("[abi:", StringComparison.Ordinal);
        _mayHaveReturnType = name.Contains(' ', StringComparison.Ordinal);
        if (name.Contains("basic_string<char", StringComparison.Ordinal))
        {
            _isOfNewStrings = name.Contains("__cxx11", StringComparison.Ordinal);
        }

        // In Rust, a list of type parameters (Stack<T>) and no list at all both match any types.
        var concrete = RustSpelling.WithoutGenerics(_text, onlyParameters: true);
        _withoutGenerics = RustSpelling.WithoutGenerics(concrete, onlyParameters: false) == concrete ? concrete : null;
    }

    /// <summary>
    /// True when it is the whole name, or the name without parameters, or without the last template arguments too; each with or
    /// without the return type and ABI tags.
    /// </summary>
    /// <param name="mangled">The name in the symbol table.</param>
    /// <param name="ofCopies">True to compare with the function of which the compiler made a copy, false with the copy itself.</param>
    public bool Names(ReadOnlySpan<byte> mangled, bool ofCopies)
    {
        if ((_isOfNewStrings is { } isNew && mangled.IndexOf("7__cxx11"u8) >= 0 != isNew) || mangled.IndexOf(_rustHash) < 0)
        {
            return false;
        }

        return Asked(Demangler.Demangle(mangled)) is { } name
            && (IsOneOf(name)
                || (_withoutGenerics is not null && RustSpelling.IsRust(mangled)
                    && RustSpelling.WithoutGenerics(Of(name.Full), onlyParameters: false) == _withoutGenerics)
                || (_mayHaveReturnType && Asked(Demangler.DemangleLong(mangled)) is { } whole && IsOneOf(whole)));

        DemangledName? Asked(DemangledName? found) => ofCopies ? found?.Original : found;
    }

    /// <summary>The name in the spelling that all are compared in.</summary>
    public static string Of(string name)
    {
        const string localClone = " [clone .llvm.";
        if (name.EndsWith(']') && name.LastIndexOf(localClone, StringComparison.Ordinal) is > 0 and var clone)
        {
            name = name[..clone];
        }

        if (name.Contains("basic_", StringComparison.Ordinal))
        {
            name = ShortenedConstructor().Replace(LongForm().Replace(name, "std::$1"), "std::$1::$2$1");
        }

        return Canonical(name.Contains(">::", StringComparison.Ordinal) ? RustSpelling.WithoutTypeBrackets(name) : name);
    }

    /// <summary>The name with spaces only between words: people write <c>add(int,int)</c> and <c>const char*</c>.</summary>
    public static string Canonical(string name)
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

    public static bool IsOfWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private bool IsOneOf(DemangledName name) =>
        Is(name.Full) || Is(name.Name) || (!ReferenceEquals(name.Bare, name.Name) && Is(name.Bare));

    private bool Is(string name) => Of(_hasTags ? name : WithoutTags(name)) == _text;

    private static string WithoutTags(string name) =>
        name.Contains("[abi:", StringComparison.Ordinal) ? Tag().Replace(name, "") : name;

    [GeneratedRegex(@"(?<=[(,<]\s*)(const)\s+((?:unsigned |signed |long )*[\w:]+(?:<[^<>]*>)?)", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingConst();

    /// <summary>Matches the types with abbreviations in mangled names (Itanium ABI, "Compression"), written out.</summary>
    [GeneratedRegex(
        @"std::(?:__cxx11::)?basic_(string|istream|ostream|iostream)<char, ?std::char_traits<char>(?:, ?std::allocator<char>)? ?>",
        RegexOptions.CultureInvariant)]
    private static partial Regex LongForm();

    [GeneratedRegex(@"std::(string|istream|ostream|iostream)::(~?)basic_\1", RegexOptions.CultureInvariant)]
    private static partial Regex ShortenedConstructor();

    [GeneratedRegex(@"\[abi:[^\]]*\]", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
