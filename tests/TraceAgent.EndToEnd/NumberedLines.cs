using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Checks, line by line as they come, that the <c>arg1</c> of one rule counts up by one: nothing missing, nothing twice.
/// It looks for text instead of parsing, as it must keep up with the agent on the same processors.
/// </summary>
/// <param name="rule">The rule's name.</param>
internal sealed class NumberedLines(string rule)
{
    private readonly string key = $"\"rule\":\"{rule}\"";
    private readonly Transcript<string> faults = new();
    private long count;
    private long last;
    private string lastLine = "";

    public long Count => Interlocked.Read(ref count);

    /// <summary>The number of the newest line; 0 before the first.</summary>
    public long Last => Interlocked.Read(ref last);

    /// <summary>The newest line.</summary>
    public string LastLine => Volatile.Read(ref lastLine);

    /// <summary>What was missing, doubled or unreadable; the first few.</summary>
    public IReadOnlyList<string> Faults => faults.Snapshot();

    public void Take(string line)
    {
        if (!line.Contains(key, StringComparison.Ordinal) || line.Contains("\"event\":\"agent\"", StringComparison.Ordinal))
        {
            return;
        }

        var number = Number(line, "\"arg1\":");
        var whole = line[0] == '{' && line[^1] == '}';
        if (!whole || (last != 0 && number != last + 1))
        {
            Fault($"after {last} came {line}");
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

        Interlocked.Exchange(ref last, number);
        Interlocked.Increment(ref count);
        Volatile.Write(ref lastLine, line);
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
        if (faults.Snapshot().Count < 5)
        {
            faults.Add(fault);
        }
    }
}
