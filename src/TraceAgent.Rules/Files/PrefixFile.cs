using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>The content of a file of addresses, and everything that is wrong with it.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="Prefixes">Each once, in the order of the file. Not to be used while <see cref="HasErrors"/>.</param>
/// <param name="Diagnostics">The diagnostics in the order of the file.</param>
/// <param name="Source">The lines, for carets.</param>
public sealed record PrefixFile(string Path, EquatableArray<IpPrefix> Prefixes, EquatableArray<Diagnostic> Diagnostics, SourceText Source)
    : TextFile(Path, Diagnostics, Source)
{
    /// <summary>A file that the operating system does not let us read.</summary>
    public static PrefixFile Unreadable(string path, string reason) =>
        new(path, [], [CannotRead(path, reason)], new SourceText(path, ""));
}
