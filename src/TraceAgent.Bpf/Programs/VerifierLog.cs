namespace TraceAgent.Bpf.Programs;

/// <summary>The verifier's log, of which the end says what was wrong.</summary>
internal static class VerifierLog
{
    private const int Kept = 6;

    /// <summary>The last lines before the statistics.</summary>
    public static string UsefulLines(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith("processed ", StringComparison.Ordinal)
                && !line.StartsWith("verification time", StringComparison.Ordinal)
                && !line.StartsWith("stack depth", StringComparison.Ordinal)
                && !line.StartsWith("mark_precise", StringComparison.Ordinal))
            .ToArray();
        return string.Join('\n', lines.TakeLast(Kept).Select(line => "  " + line));
    }
}
