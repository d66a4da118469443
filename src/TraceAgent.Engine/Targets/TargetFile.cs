namespace TraceAgent.Engine.Targets;

/// <summary>A file that a target leads to.</summary>
/// <param name="Path">The name of the file; for a process, in its own mount namespace.</param>
/// <param name="Source">The path to open it by.</param>
public sealed record TargetFile(string Path, string Source)
{
    public TargetFile(string path)
        : this(path, path)
    {
    }
}

/// <summary>The files to which a target leads now.</summary>
/// <param name="Files">The files; none while the target is missing.</param>
/// <param name="IsCut">True when there are more.</param>
/// <param name="WatchedNames">The names of files whose appearance would change this.</param>
public sealed record TargetFiles(IReadOnlyList<TargetFile> Files, bool IsCut, IReadOnlyList<WatchedName> WatchedNames)
{
    /// <summary>The names that were tried, when there are no files; null where the target says it itself.</summary>
    public string? Missing { get; init; }
}
