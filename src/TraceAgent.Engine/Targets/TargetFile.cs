namespace TraceAgent.Engine.Targets;

/// <summary>A file that a target leads to.</summary>
/// <param name="Path">What it is called; of a process, in its own mount namespace.</param>
/// <param name="Source">Where to open it.</param>
public sealed record TargetFile(string Path, string Source)
{
    public TargetFile(string path)
        : this(path, path)
    {
    }
}

/// <summary>The files to which a target leads now.</summary>
/// <param name="Files">None while it is missing.</param>
/// <param name="IsCut">There are more.</param>
/// <param name="Looked">Where another file would appear.</param>
public sealed record TargetFiles(IReadOnlyList<TargetFile> Files, bool IsCut, IReadOnlyList<WatchedName> Looked);
