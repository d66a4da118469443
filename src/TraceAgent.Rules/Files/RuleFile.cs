using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>The content of one file: its rules, and everything that is wrong with it.</summary>
/// <param name="Path">The path as the user named it.</param>
/// <param name="Rules">
/// The rules without errors, in the order of the file. While <see cref="HasErrors"/>, only a fresh start uses them.
/// </param>
/// <param name="Diagnostics">The diagnostics in the order of the file.</param>
/// <param name="Source">The lines, for carets.</param>
public sealed record RuleFile(string Path, EquatableArray<Rule> Rules, EquatableArray<Diagnostic> Diagnostics, SourceText Source)
    : TextFile(Path, Diagnostics, Source)
{
    /// <summary>The names that the file gives, also to rules with errors; each once, in the order of the file.</summary>
    public EquatableArray<Located<string>> Names { get; init; }

    /// <summary>The number of rules in the file, also with errors or without a name.</summary>
    public int Entries { get; init; }

    /// <summary>
    /// The rules with errors whose binary and place could be read. They log nothing; their places are checked, so that what is
    /// wrong with them is reported beside the other errors.
    /// </summary>
    public EquatableArray<Rule> Places { get; init; }

    /// <summary>The packet rules without errors, in the order of the file. Not to be used while <see cref="HasErrors"/>.</summary>
    public EquatableArray<PacketRule> Packets { get; init; }

    /// <summary>The names of <see cref="Names"/> that are of packet rules.</summary>
    public IReadOnlySet<string> PacketNames { get; init; } = new HashSet<string>();

    /// <summary>
    /// The file without what it asks for, whose names stay: no rule of it is put into force, whatever else is right or wrong in it.
    /// </summary>
    public RuleFile WithoutRules() => this with { Rules = [], Packets = [], Places = [] };

    /// <summary>A file that the operating system does not let us read.</summary>
    public static RuleFile Unreadable(string path, string reason) =>
        new(path, [], [CannotRead(path, reason)], new SourceText(path, ""));
}
