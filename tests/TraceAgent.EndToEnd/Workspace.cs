namespace TraceAgent.EndToEnd;

/// <summary>A temporary folder that everybody may read, removed at the end of the test.</summary>
internal sealed class Workspace : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;

    public Workspace()
    {
        Root = Directory.CreateTempSubdirectory("traceagent-").FullName;
        File.SetUnixFileMode(Root, Everybody);
    }

    public string Root { get; }

    /// <summary>An absolute path in the folder.</summary>
    public string this[string path] => Path.Combine(Root, path);

    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes next to the file and renames, so that no reader sees half of it.</summary>
    public string Write(string path, string text)
    {
        var target = this[path];
        var beside = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.new");
        File.WriteAllText(beside, text);
        File.Move(beside, target, overwrite: true);
        return target;
    }

    /// <summary>Truncates the file and writes it again, the inode being kept.</summary>
    public string Overwrite(string path, string text)
    {
        File.WriteAllText(this[path], text);
        return this[path];
    }

    /// <summary>Copies an executable under a new inode.</summary>
    public string Install(string executable, string path)
    {
        var beside = this[$"{path}.new"];
        File.Copy(executable, beside, overwrite: true);
        File.Move(beside, this[path], overwrite: true);
        return this[path];
    }

    public void Delete(string path) => File.Delete(this[path]);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
