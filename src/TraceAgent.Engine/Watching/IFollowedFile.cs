namespace TraceAgent.Engine.Watching;

/// <summary>A file besides the rule files that is looked at whenever they are.</summary>
public interface IFollowedFile
{
    /// <summary>Exists, or may appear.</summary>
    string Path { get; }

    /// <summary>Reads the file if it has changed. By the thread of the rules.</summary>
    void Check();
}
