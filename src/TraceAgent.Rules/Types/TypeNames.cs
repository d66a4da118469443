using TraceAgent.Capture;

namespace TraceAgent.Rules.Types;

/// <summary>The types of one word. C names are those of the LP64 data model, which x86-64 and arm64 Linux share.</summary>
internal static class TypeNames
{
    /// <summary>The words that C puts together to a type: <c>unsigned long int</c>.</summary>
    private static readonly HashSet<string> Parts = ["signed", "unsigned", "short", "long", "int", "char", "double", "float"];

    private static readonly Dictionary<string, CaptureType> Known = Table();

    /// <summary>Only by itself: it is no part of other types.</summary>
    public const string GoError = "go.error";

    /// <summary>What editors offer: every word, and the usual spellings of several words.</summary>
    public static IEnumerable<string> All =>
    [
        "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "unsigned", "long",
        "unsigned long", "long long", "unsigned long long",
        .. Known.Keys, GoError,
    ];

    /// <summary>A word that begins a type.</summary>
    public static bool IsType(string word) => Find(word) is not null || Parts.Contains(word) || IsFloat(word);

    public static bool IsPart(string word) => Parts.Contains(word);

    /// <summary>Of the floating point types that lie in memory as C# knows them; null for the others, and for words that are none.</summary>
    public static CaptureType? FindFloat(string word) => word switch
    {
        "float" or "f32" or "float32" => new CaptureType.Float(4),
        "double" or "f64" or "float64" => new CaptureType.Float(8),
        _ => null,
    };

    public static bool IsFloat(string word) => word is "float" or "double" or "f32" or "f64" or "float32" or "float64" or "_Float16" or "__float128";

    /// <summary>The type of one word that is not one of the parts. C++ has the names of C's headers also behind <c>std::</c>.</summary>
    public static CaptureType? Find(string word) => Known.GetValueOrDefault(word)
        ?? (word.StartsWith("std::", StringComparison.Ordinal) && word.EndsWith("_t", StringComparison.Ordinal) ? Known.GetValueOrDefault(word["std::".Length..]) : null);

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

    /// <summary>The type of parts such as <c>long unsigned int</c>, in any order; null when they say nothing.</summary>
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

        return @char == 0
            ? new CaptureType.Integer(@short > 0 ? 2 : @long > 0 ? 8 : 4, unsigned == 0)
            : signed + unsigned == 0 ? new CaptureType.Char() : new CaptureType.Integer(1, unsigned == 0);
    }

    private static Dictionary<string, CaptureType> Table()
    {
        var table = new Dictionary<string, CaptureType>();
        void Integers(int size, bool signed, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                table.Add(name, new CaptureType.Integer(size, signed));
            }
        }

        Integers(1, true, "int8");
        Integers(2, true, "int16");
        Integers(4, true, "int32");
        Integers(8, true, "int64");
        Integers(1, false, "uint8");
        Integers(2, false, "uint16");
        Integers(4, false, "uint32");
        Integers(8, false, "uint64");
        table.Add("ptr", new CaptureType.Pointer());
        table.Add("hex", new CaptureType.Pointer());
        table.Add("string", new CaptureType.Text(CaptureType.Text.DefaultMax));
        table.Add("utf16", new CaptureType.Utf16(CaptureType.Text.DefaultMax));
        table.Add("std::string", new CaptureType.TextObject(CaptureType.TextObject.StandardStringSize, CaptureType.Text.DefaultMax));
        table.Add("go.string", new CaptureType.TextObject(CaptureType.TextObject.PairSize, CaptureType.Text.DefaultMax));
        table.Add("rust.str", new CaptureType.TextObject(CaptureType.TextObject.PairSize, CaptureType.Text.DefaultMax));
        table.Add("bool", new CaptureType.Bool());
        table.Add("_Bool", new CaptureType.Bool());
        table.Add("errno", new CaptureType.Errno());
        table.Add("duration", new CaptureType.Duration());
        table.Add("ipv4", new CaptureType.IPv4());
        table.Add("ipv6", new CaptureType.IPv6());
        table.Add("sockaddr", new CaptureType.SocketAddress());
        table.Add("in_addr_t", new CaptureType.IPv4());
        Integers(1, true, "int8_t", "int_least8_t", "int_fast8_t", "i8", "__s8");
        Integers(1, false, "uint8_t", "uint_least8_t", "uint_fast8_t", "u8", "__u8", "u_char", "u_int8_t", "char8_t", "std::byte");
        Integers(2, true, "int16_t", "int_least16_t", "i16", "__s16");
        Integers(2, false, "uint16_t", "uint_least16_t", "u16", "__u16", "u_short", "ushort", "u_int16_t", "char16_t", "sa_family_t", "in_port_t");
        Integers(4, true, "int32_t", "int_least32_t", "i32", "__s32", "pid_t", "key_t", "clockid_t", "wchar_t");
        Integers(4, false, "uint32_t", "uint_least32_t", "u32", "__u32", "u_int", "uint", "u_int32_t", "char32_t", "uid_t", "gid_t", "id_t", "mode_t", "socklen_t", "useconds_t", "wint_t");
        Integers(8, true, "int64_t", "int_least64_t", "int_fast16_t", "int_fast32_t", "int_fast64_t", "i64", "__s64", "isize", "intptr_t", "intmax_t");
        Integers(8, true, "ssize_t", "ptrdiff_t", "off_t", "off64_t", "loff_t", "time_t", "clock_t", "suseconds_t", "blkcnt_t", "blksize_t");
        Integers(8, false, "uint64_t", "uint_least64_t", "uint_fast16_t", "uint_fast32_t", "uint_fast64_t", "u64", "__u64", "u_int64_t", "usize", "uintptr_t", "uintmax_t");
        Integers(8, false, "size_t", "u_long", "ulong", "dev_t", "ino_t", "ino64_t", "nlink_t", "rlim_t", "nfds_t", "fsblkcnt_t", "fsfilcnt_t", "pthread_t");
        return table;
    }
}
