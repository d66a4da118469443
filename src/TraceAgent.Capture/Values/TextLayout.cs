namespace TraceAgent.Capture.Values;

/// <summary>The layout of an object that has the address of a text and, in other 8 bytes, its length.</summary>
/// <param name="Size">The size of the object in bytes.</param>
/// <param name="Address">The offset of the address, in bytes.</param>
/// <param name="Length">The offset of the length, which counts units.</param>
/// <param name="Unit">Bytes of a unit: 1 for UTF-8, 2 for UTF-16, 4 for UTF-32.</param>
public sealed record TextLayout(int Size, int Address, int Length, int Unit)
{
    private const int Word = 8;

    /// <summary><c>std::string</c> of libstdc++ (include/bits/basic_string.h), which has a short text in itself.</summary>
    public static TextLayout StandardString { get; } = new(32, 0, Word, 1);

    /// <summary><c>std::u16string</c> of libstdc++.</summary>
    public static TextLayout StandardString16 { get; } = StandardString with { Unit = 2 };

    /// <summary><c>std::wstring</c> of libstdc++.</summary>
    public static TextLayout StandardString32 { get; } = StandardString with { Unit = 4 };

    /// <summary><c>string</c> of Go and <c>&amp;str</c> of Rust.</summary>
    public static TextLayout Pair { get; } = new(16, 0, Word, 1);

    /// <summary><c>std::string_view</c> of libstdc++ (include/std/string_view), which has the length first.</summary>
    public static TextLayout View { get; } = new(16, Word, 0, 1);

    /// <summary><c>std::u16string_view</c> of libstdc++.</summary>
    public static TextLayout View16 { get; } = View with { Unit = 2 };

    /// <summary><c>std::wstring_view</c> of libstdc++.</summary>
    public static TextLayout View32 { get; } = View with { Unit = 4 };

    /// <summary><c>QString</c> of Qt 6: a pointer to what the text is allocated in, then the text (QArrayDataPointer).</summary>
    public static TextLayout Qt6 { get; } = new(24, Word, 2 * Word, 2);

    public static IReadOnlyList<TextLayout> All { get; } =
        [StandardString, StandardString16, StandardString32, Pair, View, View16, View32, Qt6];

    /// <summary>
    /// True when an object is passed by value in two registers, its words in their order; larger ones, which have copy
    /// constructors too, are passed by address (Itanium C++ ABI 3.1.2.3).
    /// </summary>
    public bool IsPassedInRegisters => Size == 2 * Word;

    /// <summary>The index of the register with the address, when it is passed in two.</summary>
    public int AddressRegister => Address / Word;

    /// <summary>The index of the register with the length.</summary>
    public int LengthRegister => Length / Word;

    internal IReadOnlyList<string> Words => this switch
    {
        _ when this == StandardString => ["std::string", "std::u8string"],
        _ when this == StandardString16 => ["std::u16string"],
        _ when this == StandardString32 => ["std::wstring", "std::u32string"],
        _ when this == View => ["std::string_view", "std::u8string_view"],
        _ when this == View16 => ["std::u16string_view"],
        _ when this == View32 => ["std::wstring_view", "std::u32string_view"],
        _ when this == Qt6 => ["QString"],
        _ => ["go.string", "rust.str"],
    };

    internal string Notation => this == Pair ? "string object" : Words[0];
}
