namespace TraceAgent.EndToEnd;

/// <summary>A file system that is soon full.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string folder;

    /// <param name="folder">An empty folder, on which it is mounted.</param>
    /// <param name="size">As <c>mount</c> wants it: <c>512k</c>.</param>
    public SmallDisk(string folder, string size)
    {
        this.folder = folder;
        Command.OutputOf("mount", "-t", "tmpfs", "-o", $"size={size}", "traceagent-test", folder);
    }

    /// <summary>Bytes.</summary>
    public long Free => new DriveInfo(folder).AvailableFreeSpace;

    public void Dispose() => Command.OutputOf("umount", "--lazy", folder);
}
