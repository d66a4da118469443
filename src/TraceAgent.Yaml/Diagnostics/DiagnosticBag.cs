namespace TraceAgent.Yaml.Diagnostics;

/// <summary>
/// Collects the diagnostics of one file: each once, however many aliases lead to its place, and no more than
/// <see cref="Limit"/> of them.
/// </summary>
public sealed class DiagnosticBag
{
    internal const int Limit = 100;

    private readonly List<Diagnostic> _diagnostics = [];
    private readonly HashSet<Diagnostic> _seen = [];
    private readonly HashSet<SourceSpan> _unreadable = [];

    /// <summary>The number of errors reported so far, also those that are no longer kept.</summary>
    public int ErrorCount { get; private set; }

    /// <summary>True when no more diagnostics are kept: reading on would only cost time.</summary>
    public bool IsFull => _diagnostics.Count > Limit;

    public void Error(string code, SourceSpan at, string message, string? hint = null) =>
        Add(Diagnostic.Error(code, at, message, hint));

    /// <summary>Leaves out what is found wrong at a place from now on: it follows from what was reported.</summary>
    public void LeaveOut(SourceSpan at) => _unreadable.Add(at);

    public void Add(Diagnostic diagnostic)
    {
        ErrorCount += diagnostic.Severity == Severity.Error ? 1 : 0;
        if (IsFull || _unreadable.Contains(diagnostic.At) || !_seen.Add(diagnostic with { At = diagnostic.At with { AliasLine = 0 } }))
        {
            return;
        }

        _diagnostics.Add(_diagnostics.Count < Limit
            ? diagnostic
            : Diagnostic.Error(DiagnosticCode.TooManyErrors, diagnostic.At, $"more than {Limit} errors; the others are not listed"));
    }

    /// <summary>The diagnostics in the order of the file.</summary>
    public IEnumerable<Diagnostic> InOrder() => _diagnostics.OrderBy(d => d.At.Line).ThenBy(d => d.At.Column);
}
