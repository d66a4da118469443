namespace TraceAgent.EndToEnd;

/// <summary>A file system that is soon full.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string folder;

    /// <param name="folder">An empty folder, on which it is mounted.</param>
    /// <param name="size">As <c>mount</c> wants it: <c>1m</c>.</param>
    public SmallDisk(string folder, string size)
    {
        this.folder = folder;
        Command.OutputOf("mount", "-t", "tmpfs", "-o", $"size={size}", "traceagent-test", folder);
    }

    public void Resize(string size) => Command.OutputOf("mount", "-o", $"remount,size={size}", folder);

    public void Dispose() => Command.OutputOf("umount", "--lazy", folder);
}
