using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace TraceAgent.Events;

/// <summary>A growing row of characters that is used again.</summary>
internal sealed class LineBuffer
{
    /// <summary>What a JSON string can hold as it is, of ASCII: a search among ASCII alone takes a few ns.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    // C1 controls and the two line separators too: terminals and line readers act on them.
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Select(c => (char)c), '"', '\\', '\u2028', '\u2029']);

    private const int Kept = 1 << 20;

    private char[] _chars = new char[1024];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Text => _chars.AsSpan(0, Length);

    /// <summary>True when a JSON string can hold the text as it is.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => NextEscape(text) < 0;

    public void Clear()
    {
        Length = 0;
        if (_chars.Length > Kept)
        {
            _chars = new char[Kept];
        }
    }

    public void Append(char c)
    {
        Reserve(1);
        _chars[Length++] = c;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        text.CopyTo(_chars.AsSpan(Length));
        Length += text.Length;
    }

    public void Append(long value, string? format = null)
    {
        if (format is not null)
        {
            AppendNumber(value, format);
            return;
        }

        if (value < 0)
        {
            Append('-');
        }

        // Also of the least number, which has no opposite.
        Append(value < 0 ? 0 - (ulong)value : (ulong)value);
    }

    public void Append(ulong value, string? format = null)
    {
        if (format is not null)
        {
            AppendNumber(value, format);
            return;
        }

        Reserve(DecimalDigits.Most);
        var digits = DecimalDigits.Count(value);
        DecimalDigits.Write(value, _chars.AsSpan(Length, digits));
        Length += digits;
    }

    public void AppendNumber<T>(T value, ReadOnlySpan<char> format)
        where T : struct, ISpanFormattable
    {
        int written;
        while (!value.TryFormat(_chars.AsSpan(Length), out written, format, CultureInfo.InvariantCulture))
        {
            Grow(_chars.Length);
        }

        Length += written;
    }

    /// <summary>Appends the inside of a JSON string (RFC 8259, section 7), on one line, without any control character.</summary>
    public void AppendJson(ReadOnlySpan<char> text)
    {
        for (var at = NextEscape(text); at >= 0; at = NextEscape(text))
        {
            Append(text[..at]);
            AppendEscape(text[at]);
            text = text[(at + 1)..];
        }

        Append(text);
    }

    /// <summary>Makes what was appended since <paramref name="start"/> the inside of a JSON string.</summary>
    /// <param name="spare">Another one, whose text is not needed any more.</param>
    public void EscapeJson(int start, LineBuffer spare)
    {
        if (NextEscape(Text[start..]) < 0)
        {
            return;
        }

        spare.Clear();
        spare.Append(Text[start..]);
        Length = start;
        AppendJson(spare.Text);
    }

    /// <summary>Moves what was appended since <paramref name="start"/> to a column of |width| characters: right-aligned when positive.</summary>
    public void Align(int start, int width)
    {
        var length = Length - start;
        var missing = Math.Abs(width) - length;
        if (missing <= 0)
        {
            return;
        }

        Reserve(missing);
        var column = _chars.AsSpan(start, length + missing);
        if (width > 0)
        {
            column[..length].CopyTo(column[missing..]);
            column[..missing].Fill(' ');
        }
        else
        {
            column[length..].Fill(' ');
        }

        Length += missing;
    }

    /// <summary>Past the writer when its stream takes characters: the sinks flush their writer each time, so nothing is before these in it.</summary>
    public void WriteTo(TextWriter output)
    {
        if (output is StreamWriter { BaseStream: ICharacterStream stream })
        {
            stream.Write(Text);
        }
        else
        {
            output.Write(_chars, 0, Length);
        }
    }

    private static int NextEscape(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAnyExcept(Plain);
        if (at < 0 || Escaped.Contains(text[at]))
        {
            return at;
        }

        var next = text[at..].IndexOfAny(Escaped);
        return next < 0 ? next : at + next;
    }

    private void AppendEscape(char c)
    {
        switch (c)
        {
            case '"':
                Append("\\\"");
                break;
            case '\\':
                Append("\\\\");
                break;
            case '\n':
                Append("\\n");
                break;
            case '\r':
                Append("\\r");
                break;
            case '\t':
                Append("\\t");
                break;
            case '\0':
                // Syslog daemons cut a string at an escaped NUL.
                Append('\ufffd');
                break;
            default:
                Append("\\u");
                Append((ulong)c, "x4");
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (_chars.Length - Length < count)
        {
            Grow(count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count) => Array.Resize(ref _chars, Math.Max(_chars.Length * 2, Length + count));
}
