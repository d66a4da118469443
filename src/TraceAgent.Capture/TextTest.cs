namespace TraceAgent.Capture;

/// <summary>
/// What a text is compared with, byte for byte: it begins with <paramref name="Prefix"/> and, behind that, ends with
/// <paramref name="Suffix"/>. With <paramref name="IsExact"/> the prefix is the whole text, and there is no suffix.
/// </summary>
/// <param name="Prefix">UTF-8 without NUL.</param>
/// <param name="Suffix">UTF-8 without NUL; together with the prefix at most <see cref="MaxLength"/> bytes.</param>
/// <param name="IsExact">Equality; else a pattern with one <c>*</c> between the two.</param>
public sealed record TextTest(EquatableArray<byte> Prefix, EquatableArray<byte> Suffix, bool IsExact)
{
    /// <summary>Bytes that a test may name: they are compared in the program itself.</summary>
    public const int MaxLength = 64;

    /// <summary>Bytes of a text within which a suffix is looked for; of a longer text the end is not known.</summary>
    public const int MaxText = 255;
}
