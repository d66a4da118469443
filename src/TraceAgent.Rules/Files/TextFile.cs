using TraceAgent.Capture;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Files;

/// <summary>A file of text as it was read, and everything that is wrong with it.</summary>
/// <param name="Path">The path as the user named it.</param>
/// <param name="Diagnostics">The diagnostics in the order of the file.</param>
/// <param name="Source">The lines, for carets.</param>
public abstract record TextFile(string Path, EquatableArray<Diagnostic> Diagnostics, SourceText Source)
{
    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);

    /// <summary>True when a file has the same text and the same is wrong with it, so that its content is the same.</summary>
    public bool HasContentOf(TextFile other) => Source.Text == other.Source.Text && Diagnostics == other.Diagnostics;

    /// <summary>The diagnostic of a file that the operating system does not let us read.</summary>
    protected static Diagnostic CannotRead(string path, string reason) =>
        Diagnostic.Error(DiagnosticCode.Unreadable, new SourceSpan(path, 1, 1, 1), $"cannot read the file: {reason}");
}
