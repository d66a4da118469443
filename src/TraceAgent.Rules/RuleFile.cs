using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules;

/// <summary>What one file says: its rules, and everything that is wrong with it.</summary>
/// <param name="Path">As the user named it.</param>
/// <param name="Rules">The rules without errors, in the order of the file. Not to be used while <see cref="HasErrors"/>.</param>
/// <param name="Diagnostics">In the order of the file.</param>
/// <param name="Source">The lines, for carets.</param>
public sealed record RuleFile(string Path, EquatableArray<Rule> Rules, EquatableArray<Diagnostic> Diagnostics, SourceText Source)
{
    /// <summary>The names that the file gives, also to rules with errors; each once, in the order of the file.</summary>
    public EquatableArray<Located<string>> Names { get; init; }

    /// <summary>How many rules the file has, also with errors or without a name.</summary>
    public int Entries { get; init; }

    /// <summary>
    /// Of rules with errors, those whose binary and place could be read: rules that log nothing, so that what is wrong with the place is
    /// told beside the other mistakes.
    /// </summary>
    public EquatableArray<Rule> Places { get; init; }

    /// <summary>The packet rules without errors, in the order of the file. Not to be used while <see cref="HasErrors"/>.</summary>
    public EquatableArray<PacketRule> Packets { get; init; }

    /// <summary>Those of <see cref="Names"/> that are packet rules.</summary>
    public IReadOnlySet<string> PacketNames { get; init; } = new HashSet<string>();

    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);

    /// <summary>A file that the operating system does not hand out.</summary>
    public static RuleFile Unreadable(string path, string reason) => new(
        path,
        [],
        [Diagnostic.Error(DiagnosticCode.Unreadable, new SourceSpan(path, 1, 1, 1), $"cannot read the file: {reason}")],
        new SourceText(path, ""));
}
