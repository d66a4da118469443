using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Checks, line by line as they come, that the <c>arg1</c> of one rule counts up by one: nothing missing, nothing twice.
/// It looks for text instead of parsing, as it must keep up with the agent on the same processors.
/// </summary>
/// <param name="rule">The rule's name.</param>
internal sealed class NumberedLines(string rule)
{
    private readonly string _key = $"\"rule\":\"{rule}\"";
    private readonly Transcript<string> _faults = new();
    private long _count;
    private long _last;
    private string _lastLine = "";

    public long Count => Interlocked.Read(ref _count);

    /// <summary>The number of the newest line; 0 before the first.</summary>
    public long Last => Interlocked.Read(ref _last);

    /// <summary>The newest line.</summary>
    public string LastLine => Volatile.Read(ref _lastLine);

    /// <summary>What was missing, doubled or unreadable; the first few.</summary>
    public IReadOnlyList<string> Faults => _faults.Snapshot();

    public void Take(string line)
    {
        if (!line.Contains(_key, StringComparison.Ordinal) || line.Contains("\"event\":\"agent\"", StringComparison.Ordinal))
        {
            return;
        }

        var number = Number(line, "\"arg1\":");
        var whole = line[0] == '{' && line[^1] == '}';
        if (!whole || (_last != 0 && number != _last + 1))
        {
            Fault($"after {_last} came {line}");
        }

        // Lines of some shapes also carry these.
        if (line.Contains("\"arg2\":", StringComparison.Ordinal) && Number(line, "\"arg2\":") != 2 * number)
        {
            Fault($"arg2 of {line}");
        }

        if (line.Contains("\"ret\":", StringComparison.Ordinal) && Number(line, "\"ret\":") != 3 * number)
        {
            Fault($"ret of {line}");
        }

        Interlocked.Exchange(ref _last, number);
        Interlocked.Increment(ref _count);
        Volatile.Write(ref _lastLine, line);
    }

    private static long Number(string line, string before)
    {
        var start = line.IndexOf(before, StringComparison.Ordinal) + before.Length;
        var end = start;
        while (end < line.Length && char.IsAsciiDigit(line[end]))
        {
            end++;
        }

        return long.TryParse(line.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : -1;
    }

    private void Fault(string fault)
    {
        if (_faults.Snapshot().Count < 5)
        {
            _faults.Add(fault);
        }
    }
}
