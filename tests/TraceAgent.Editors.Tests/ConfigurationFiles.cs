using System.Text.RegularExpressions;
using TraceAgent.EndToEnd;

namespace TraceAgent.Editors.Tests;

/// <summary>The rule files and agent configurations of this repository.</summary>
internal static partial class ConfigurationFiles
{
    /// <summary>
    /// YAML files among the examples that TraceAgent reads, below the repository's root: those with one of its top-level keys.
    /// Others are for other programs.
    /// </summary>
    public static IReadOnlyList<string> Examples => [.. Below("examples").Where(path => OwnKey().IsMatch(Text(path)))];

    /// <summary>The name of the schema that the first line asks an editor for; null where it does not.</summary>
    public static string? SchemaOf(string path)
    {
        var modeline = Modeline().Match(Text(path));
        return modeline.Success ? modeline.Groups[1].Value : null;
    }

    public static IReadOnlyList<string> Below(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    public static string Text(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex("^(rules|packets|outputs):", RegexOptions.Multiline)]
    private static partial Regex OwnKey();

    [GeneratedRegex(@"\A# yaml-language-server: \$schema=(\S+)\n")]
    private static partial Regex Modeline();
}
