using System.Text.RegularExpressions;

namespace TraceAgent.Rules.Templates;

/// <summary>A path of members in a message, which stands for a value that is computed: <c>{req->user->name}</c>.</summary>
/// <param name="Text">The path.</param>
/// <param name="Start">UTF-16 units from the start of the template.</param>
internal readonly partial record struct TemplatePath(string Text, int Start)
{
    /// <summary>The name of the value: the path, with one <c>_</c> for what is no letter or digit.</summary>
    public string Name => NameOf(Text)!;

    /// <summary>The regular expression for paths in the JSON Schema (draft-07).</summary>
    public const string Pattern = @"^\*?[A-Za-z_]\w*(::[A-Za-z_]\w*)*(\s*(->|\.)\s*[A-Za-z_]\w*|\[[0-9A-Za-z_]+\])*$";

    /// <summary>The name of the value of a path; null for a text that is none.</summary>
    public static string? NameOf(string text) => Form().IsMatch(text) ? Signs().Replace(text, "_").TrimEnd('_') : null;

    /// <summary>The position in the inside of a hole at which its name ends: a width or a format follows.</summary>
    public static int EndIn(string inside, int start)
    {
        var end = start;
        while (end < inside.Length && inside[end] != ',' && (inside[end] != ':' || inside.AsSpan(end).StartsWith("::")))
        {
            end += inside[end] == ':' ? 2 : 1;
        }

        return end;
    }

    /// <summary>True for a name alone.</summary>
    public bool IsName => Text == Name;

    /// <summary>The paths in the holes of a template, names alone among them.</summary>
    public static IEnumerable<TemplatePath> In(string template)
    {
        foreach (Match hole in Hole().Matches(template))
        {
            if (hole.Groups["name"] is { Success: true } name && NameOf(name.Value) is not null)
            {
                yield return new TemplatePath(name.Value, name.Index);
            }
        }
    }

    /// <summary>The plain names in the holes of a template, which stand for values of that name.</summary>
    public static IEnumerable<TemplatePath> NamesIn(string template)
    {
        foreach (Match hole in PlainHole().Matches(template))
        {
            if (hole.Groups["name"] is { Success: true } name)
            {
                yield return new TemplatePath(name.Value, name.Index);
            }
        }
    }

    [GeneratedRegex(@"^\*?[A-Za-z_]\w*(::[A-Za-z_]\w*)*(\s*(->|\.)\s*[A-Za-z_]\w*|\[[0-9A-Za-z_]+\])*\z", RegexOptions.ECMAScript)]
    private static partial Regex Form();

    [GeneratedRegex(@"[^A-Za-z0-9_]+")]
    private static partial Regex Signs();

    /// <summary>A doubled brace, which is text, or a hole.</summary>
    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>([^{},:]|::)+)[^{}]*\}")]
    private static partial Regex Hole();

    /// <summary>A doubled brace, which is text, or a hole with a name alone.</summary>
    [GeneratedRegex(@"\{\{|\}\}|\{[@$]?(?<name>[A-Za-z0-9_]+)(,[^{}]*|:(?!:)[^{}]*)?\}")]
    private static partial Regex PlainHole();
}
