using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml;

/// <summary>
/// A value that the file does not hold letter by letter: on several lines, in a block, or with quotes escaped. White space apart,
/// it is still there in the same order.
/// </summary>
/// <param name="source">The file.</param>
/// <param name="value">The value as YAML reads it.</param>
/// <param name="start">The position in the file of its first character, or of white space before that.</param>
/// <param name="quote">The quote around it; <c>\0</c> for plain and block scalars.</param>
public sealed class SpreadText(SourceText source, string value, int start, char quote)
{
    /// <summary>
    /// The place of a part of the value, cut at the end of its first line; null where the file spells it by other letters.
    /// </summary>
    public SourceSpan? SpanOf(int from, int length)
    {
        if (Places() is not { } places)
        {
            return null;
        }

        var last = value.AsSpan().TrimEnd().Length - 1;
        if (last < 0)
        {
            return null;
        }

        var to = Math.Min(from + Math.Max(1, length) - 1, last);
        return from > last ? source.Span(places[last] + 1, places[last] + 2) : source.Span(places[from], places[to] + 1);
    }

    /// <summary>The position of every character of the value; null when they are not all found.</summary>
    private int[]? Places()
    {
        var (text, places, at) = (source.Text, new int[value.Length], start);
        for (var i = 0; i < value.Length; i++)
        {
            var isBlank = char.IsWhiteSpace(value[i]);
            while (!isBlank && (i == 0 || char.IsWhiteSpace(value[i - 1])) && at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            at += IsEscapedAt(at, value[i]) ? 1 : 0;
            places[i] = at;
            if (at < text.Length && (isBlank ? char.IsWhiteSpace(text[at]) : text[at] == value[i]))
            {
                at++;
            }
            else if (!isBlank)
            {
                return null;
            }
        }

        return places;
    }

    /// <summary>True when there is a sign before the letter that only says that the letter does not end the text.</summary>
    private bool IsEscapedAt(int at, char letter) =>
        at + 1 < source.Text.Length
            && source.Text[at + 1] == letter && source.Text[at] == (quote == '"' ? '\\' : quote) && (quote == '"' || letter == quote);
}
