namespace TraceAgent.Yaml.Diagnostics;

/// <summary>The text of a file, by lines: what carets point into.</summary>
public sealed class SourceText
{
    private readonly string _text;
    private readonly List<int> _starts = [0];

    public SourceText(string path, string text)
    {
        Path = path;
        _text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                _starts.Add(i + 1);
            }
        }
    }

    /// <summary>The path as the user named it.</summary>
    public string Path { get; }

    /// <summary>The whole text.</summary>
    public string Text => _text;

    /// <summary>The number of lines, at least 1.</summary>
    public int LineCount => _starts.Count;

    /// <summary>A line without its end; empty for a number outside 1 to <see cref="LineCount"/>.</summary>
    public ReadOnlySpan<char> Line(int number)
    {
        if (number < 1 || number > _starts.Count)
        {
            return [];
        }

        var end = number == _starts.Count ? _text.Length : _starts[number];
        return _text.AsSpan(_starts[number - 1]..end).TrimEnd("\r\n");
    }

    /// <summary>
    /// The place of the characters from <paramref name="start"/> to <paramref name="end"/>, cut at the end of the first line.
    /// </summary>
    public SourceSpan Span(long start, long end)
    {
        var from = (int)Math.Clamp(start, 0, _text.Length);
        var found = _starts.BinarySearch(from);
        var line = found >= 0 ? found : ~found - 1;
        var lineEnd = _starts[line] + Line(line + 1).Length;
        var to = Math.Min(Math.Clamp(end, from, _text.Length), lineEnd);
        return new SourceSpan(Path, line + 1, from - _starts[line] + 1, (int)Math.Max(1, to - from));
    }

    /// <summary>The place like <see cref="Span"/>, but one after the last visible character becomes that character.</summary>
    public SourceSpan SpanBeforeEnd(long start, long end)
    {
        var last = Math.Max(0, _text.AsSpan().TrimEnd().Length - 1);
        return start > last ? Span(last, last + 1) : Span(start, Math.Max(end, start + 1));
    }

    public SourceSpan? FirstTabInIndentation()
    {
        for (var number = 1; number <= LineCount; number++)
        {
            var blank = Line(number)[..^Line(number).TrimStart().Length];
            if (blank.Length < Line(number).Length && blank.IndexOf('\t') is >= 0 and var tab)
            {
                return new SourceSpan(Path, number, tab + 1, 1);
            }
        }

        return null;
    }

    /// <summary>True when the text at this index is exactly <paramref name="value"/>.</summary>
    public bool HasAt(long index, string value) =>
        index >= 0 && index <= _text.Length && _text.AsSpan((int)index).StartsWith(value, StringComparison.Ordinal);
}
