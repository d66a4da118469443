namespace TraceAgent.Engine.Tests;

/// <summary>Removed at the end of the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("traceagent-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Puts a finished file in the place of the old one.</summary>
    public string Replace(string name, string text)
    {
        Write($".{Path.GetFileName(name)}.new", text);
        File.Move(this[$".{Path.GetFileName(name)}.new"], this[name], overwrite: true);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
