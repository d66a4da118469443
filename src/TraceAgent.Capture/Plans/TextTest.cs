namespace TraceAgent.Capture.Plans;

/// <summary>
/// The test of a text, byte for byte: it begins with <paramref name="Prefix"/> and, after that, ends with
/// <paramref name="Suffix"/>. With <paramref name="IsExact"/> the prefix is the whole text, and there is no suffix.
/// </summary>
/// <param name="Prefix">UTF-8 without NUL.</param>
/// <param name="Suffix">UTF-8 without NUL; together with the other parts at most <see cref="MaxLength"/> bytes.</param>
/// <param name="IsExact">True for equality, false for a pattern with a <c>*</c> between the parts.</param>
public sealed record TextTest(EquatableArray<byte> Prefix, EquatableArray<byte> Suffix, bool IsExact)
{
    /// <summary>The maximum number of bytes that a test may name: they are compared in the program itself.</summary>
    public const int MaxLength = 64;

    /// <summary>
    /// The maximum number of bytes of a text within which a middle and a suffix are looked for; the end of a longer text without a
    /// length is not known.
    /// </summary>
    public const int MaxText = 255;

    /// <summary>UTF-8 without NUL that is somewhere between prefix and suffix; empty for none.</summary>
    public EquatableArray<byte> Middle { get; init; }

    /// <summary>True when the case of ASCII letters does not matter; the letters of the parts are then small.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>The minimum number of bytes of a text that passes.</summary>
    public int Length => Prefix.Count + Middle.Count + Suffix.Count;
}
