namespace TraceAgent.Yaml.Keys;

/// <summary>
/// Finds keys that were words to their writer and booleans to a YAML 1.1 program that copied the file (yaml.org/type/bool.html).
/// </summary>
internal static class BooleanKey
{
    private static readonly string[] True = ["on", "yes", "y", "true"];
    private static readonly string[] False = ["off", "no", "n", "false"];

    /// <summary>The one of the known keys that such a program writes as <paramref name="written"/>; null when there is none.</summary>
    public static string? Suggest(string written, IEnumerable<string> known)
    {
        var words = written.ToLowerInvariant() switch
        {
            "true" or "yes" => True,
            "false" or "no" => False,
            _ => [],
        };
        return known.FirstOrDefault(words.Contains);
    }

    public static string Hint(string meant) =>
        $"did you mean '{meant}'? YAML 1.1 programs, Ansible among them, read it as a boolean: write \"{meant}\" with quotes";
}
