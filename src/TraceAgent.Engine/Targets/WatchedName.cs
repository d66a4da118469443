using TraceAgent.Capture;

namespace TraceAgent.Engine.Targets;

/// <summary>Names in a folder whose changes matter.</summary>
/// <param name="Folder">The folder, absolute; it need not exist.</param>
/// <param name="Name">The name, which may have <c>*</c> and <c>?</c>.</param>
public sealed record WatchedName(string Folder, string Name)
{
    /// <summary>The path whose state changes with them: that of the file, or of the folder where there may be several.</summary>
    public string RestsOn => Wildcard.IsIn(Name) ? Folder : Path.Combine(Folder, Name);

    /// <summary>The name of one file.</summary>
    /// <param name="path">Absolute.</param>
    public static WatchedName Of(string path) => new(Path.GetDirectoryName(path) ?? "/", Path.GetFileName(path));
}
