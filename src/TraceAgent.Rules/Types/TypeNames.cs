using TraceAgent.Capture.Values;

namespace TraceAgent.Rules.Types;

/// <summary>The types of one word. C names are those of the LP64 data model, which x86-64 and arm64 Linux share.</summary>
internal static class TypeNames
{
    /// <summary>The words that C combines to a type: <c>unsigned long int</c>.</summary>
    private static readonly HashSet<string> Parts = ["signed", "unsigned", "short", "long", "int", "char", "double", "float"];

    /// <summary>The types by their own words and other names.</summary>
    private static readonly Dictionary<string, CaptureType> Known = CaptureType.Named
        .SelectMany(type => type.Words.Select((word, index) => (word, type, IsOther: index > 0)))
        .OrderBy(one => one.IsOther)
        .ToDictionary(one => one.word, one => one.type);

    /// <summary>The word for an error of Go, which is not part of other types.</summary>
    public const string GoError = "go.error";

    /// <summary>The words that editors offer: every word, and the usual spellings of several words.</summary>
    public static IEnumerable<string> All =>
    [
        "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "unsigned", "long",
        "unsigned long", "long long", "unsigned long long",
        .. Known.Keys, GoError,
    ];

    /// <summary>The words that may have a number in brackets after them: what is kept at most.</summary>
    public static IEnumerable<string> Limited =>
        [.. CaptureType.Named.OfType<CaptureType.LimitedText>().SelectMany(type => type.Words), GoError];

    /// <summary>True for a word that begins a type.</summary>
    public static bool IsType(string word) => Find(word) is not null || Parts.Contains(word) || IsFloat(word);

    public static bool IsPart(string word) => Parts.Contains(word);

    /// <summary>
    /// The floating point type of a word, if it lies in memory as C# knows it; null for others, and for words that are none.
    /// </summary>
    public static CaptureType? FindFloat(string word) => word switch
    {
        "float" or "f32" or "float32" => new CaptureType.Float(4),
        "double" or "f64" or "float64" => new CaptureType.Float(8),
        _ => null,
    };

    /// <summary>The type in expressions of a unit of UTF-16 or UTF-32, to which a pointer is a text; null for other words.</summary>
    public static StaticType? FindUnit(string word) => word switch
    {
        "char16_t" => new StaticType.Integer(2, Signed: false) { IsUnit = true },
        "char32_t" => new StaticType.Integer(4, Signed: false) { IsUnit = true },
        "wchar_t" => new StaticType.Integer(4, Signed: true) { IsUnit = true },
        _ => null,
    };

    public static bool IsFloat(string word) =>
        word is "float" or "double" or "f32" or "f64" or "float32" or "float64" or "_Float16" or "__float128";

    /// <summary>The type of one word that is not one of the parts. C++ has the names of C's headers also after <c>std::</c>.</summary>
    public static CaptureType? Find(string word) => Known.GetValueOrDefault(word)
        ?? (word.StartsWith("std::", StringComparison.Ordinal) && word.EndsWith(
            "_t", StringComparison.Ordinal) ? Known.GetValueOrDefault(word["std::".Length..]) : null);

    /// <summary>The types of numbers that Go calls otherwise than C, and pointers; null for others.</summary>
    public static CaptureType? FindGo(string word) => word switch
    {
        "int" => new CaptureType.Integer(8, Signed: true),
        "uint" or "uintptr" => new CaptureType.Integer(8, Signed: false),
        "byte" => new CaptureType.Integer(1, Signed: false),
        "rune" => new CaptureType.Integer(4, Signed: true),
        ['*', ..] => new CaptureType.Pointer(),
        _ => null,
    };

    /// <summary>The type of parts such as <c>long unsigned int</c>, in any order; null when they are none.</summary>
    public static CaptureType? Combine(IReadOnlyCollection<string> parts)
    {
        int Count(string part) => parts.Count(p => p == part);
        var (signed, unsigned) = (Count("signed"), Count("unsigned"));
        var (@short, @long, @int, @char) = (Count("short"), Count("long"), Count("int"), Count("char"));
        if (signed + unsigned > 1 || @int > 1 || @char > 1 || @short > 1 || @long > 2 || (@short > 0 && @long > 0)
            || (@char > 0 && (@short + @long + @int) > 0) || Count("float") + Count("double") > 0)
        {
            return null;
        }

        if (@char == 0)
        {
            var size = (@short, @long) switch
            {
                ( > 0, _) => 2,
                (_, > 0) => 8,
                _ => 4,
            };
            return new CaptureType.Integer(size, unsigned == 0);
        }

        return signed + unsigned == 0 ? new CaptureType.Char() : new CaptureType.Integer(1, unsigned == 0);
    }
}
