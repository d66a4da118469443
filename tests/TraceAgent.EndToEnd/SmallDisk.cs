namespace TraceAgent.EndToEnd;

/// <summary>A file system that is soon full.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    /// <param name="folder">An empty folder, on which it is mounted.</param>
    /// <param name="size">As <c>mount</c> wants it: <c>1m</c>.</param>
    public SmallDisk(string folder, string size)
    {
        this._folder = folder;
        Command.OutputOf("mount", "-t", "tmpfs", "-o", $"size={size}", "traceagent-test", folder);
    }

    public void Resize(string size) => Command.OutputOf("mount", "-o", $"remount,size={size}", _folder);

    public void Dispose() => Command.OutputOf("umount", "--lazy", _folder);
}
