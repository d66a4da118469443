namespace TraceAgent.Yaml.Diagnostics;

public enum Severity
{
    Warning,
    Error,
}

/// <summary>An error, or a warning, about a file that a user wrote.</summary>
/// <param name="Severity">The severity; errors keep the file's last valid rules active.</param>
/// <param name="Code">
/// A stable code: <c>TA</c> and three digits. 1xx: the file as YAML and keys; 2xx: what it names on this host; 3xx: what the
/// kernel refuses.
/// </param>
/// <param name="At">The place in the file.</param>
/// <param name="Message">The problem, in one sentence without a full stop.</param>
/// <param name="Hint">The remedy.</param>
public sealed record Diagnostic(Severity Severity, string Code, SourceSpan At, string Message, string? Hint = null)
{
    /// <summary>The problem, and the alias that leads to its place.</summary>
    public string FullMessage =>
        At.AliasLine == 0 ? Message : FormattableString.Invariant($"{Message} (by the alias in line {At.AliasLine})");

    public static Diagnostic Error(string code, SourceSpan at, string message, string? hint = null) =>
        new(Severity.Error, code, at, message, hint);

    public static Diagnostic Warning(string code, SourceSpan at, string message, string? hint = null) =>
        new(Severity.Warning, code, at, message, hint);
}

/// <summary>A place in a file.</summary>
/// <param name="File">The file as the user named it.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1, in UTF-16 units.</param>
/// <param name="Length">The length in UTF-16 units, at least 1; never past the end of the line.</param>
public readonly record struct SourceSpan(string File, int Line, int Column, int Length)
{
    /// <summary>The line of the alias that leads to the place; 0 when none does.</summary>
    public int AliasLine { get; init; }
}

/// <summary>A value and its place in its file. Two are equal when their values are: moving a rule changes nothing.</summary>
public sealed record Located<T>(T Value, SourceSpan At)
{
    public bool Equals(Located<T>? other) => other is not null && EqualityComparer<T>.Default.Equals(Value, other.Value);

    public override int GetHashCode() => Value is null ? 0 : EqualityComparer<T>.Default.GetHashCode(Value);
}
