using System.Globalization;
using System.Text;

namespace TraceAgent.Yaml.Diagnostics;

/// <summary>Makes text from a file harmless for a terminal.</summary>
public static class PrintableText
{
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        Append(result, text);
        return result.ToString();
    }

    /// <summary>The text with U+FFFD in place of lone surrogates, which UTF-8 cannot encode.</summary>
    public static string WellFormed(string text) => string.Concat(text.EnumerateRunes());

    /// <summary>
    /// Appends text without anything that moves the cursor: a tab becomes a space, controls become their pictures,
    /// invisible and reordering characters U+FFFD.
    /// </summary>
    /// <returns>The number of columns of a terminal that it fills.</returns>
    public static int Append(StringBuilder result, ReadOnlySpan<char> text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = Printable(rune);
            result.Append(shown);
            columns += Columns(shown);
        }

        return columns;
    }

    private static Rune Printable(Rune rune) => rune.Value switch
    {
        '\t' => new Rune(' '),
        < ' ' => new Rune(0x2400 + rune.Value),
        0x7f => new Rune(0x2421),
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Rune.ReplacementChar,
        _ => rune,
    };

    /// <summary>The number of columns of a character after Unicode Standard Annex 11: the blocks that are wide throughout.</summary>
    private static int Columns(Rune rune) => rune.Value switch
    {
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => 0,
        >= 0x1100 and <= 0x115f
            or >= 0x2e80 and <= 0xa4cf
            or >= 0xac00 and <= 0xd7a3
            or >= 0xf900 and <= 0xfaff
            or >= 0xfe30 and <= 0xfe6f
            or >= 0xff00 and <= 0xff60
            or >= 0xffe0 and <= 0xffe6
            or >= 0x1f300 and <= 0x1f64f
            or >= 0x1f900 and <= 0x1f9ff
            or >= 0x20000 and <= 0x3fffd => 2,
        _ => 1,
    };
}
