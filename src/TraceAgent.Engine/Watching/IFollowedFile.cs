namespace TraceAgent.Engine.Watching;

/// <summary>A file besides the rule files that is checked whenever they are.</summary>
public interface IFollowedFile
{
    /// <summary>The file's path; the file may appear later.</summary>
    string Path { get; }

    /// <summary>True when <see cref="Check"/> has something to do. Much cheaper than that.</summary>
    bool HasChanged { get; }

    /// <summary>Reads the file if it has changed. Called by the thread of the rules.</summary>
    void Check();
}
