namespace TraceAgent.EndToEnd;

/// <summary>Rule files as text.</summary>
internal static class RuleText
{
    /// <summary>A file of <paramref name="rules"/>.</summary>
    public static string File(params string[] rules) => "rules:\n" + string.Concat(rules);

    /// <summary>One entry of <c>rules:</c>; <paramref name="lines"/> are its further keys.</summary>
    public static string Rule(string name, string binary, string symbol, params string[] lines) =>
        $"  - name: {name}\n    binary: {binary}\n    symbol: {symbol}\n" +
        string.Concat(lines.Select(line => $"    {line}\n"));
}
