using TraceAgent.Linux;

namespace TraceAgent.Bpf.Interop;

/// <summary>A file in memory (memfd_create(2)), which lasts until it is closed and has a path for this process alone.</summary>
internal sealed class MemoryFile : BpfHandle
{
    private const uint CloseOnExec = 1;

    private MemoryFile(int fd)
        : base(fd)
    {
    }

    public string Path => $"/proc/self/fd/{Fd}";

    /// <summary>Makes a file in memory; null when the system does not allow it, and errno says why.</summary>
    /// <param name="name">The name that /proc shows.</param>
    /// <param name="content">The whole content.</param>
    public static MemoryFile? TryCreate(string name, ReadOnlySpan<byte> content)
    {
        var fd = Libc.MemfdCreate(name, CloseOnExec);
        if (fd < 0)
        {
            return null;
        }

        var file = new MemoryFile(fd);
        try
        {
            File.WriteAllBytes(file.Path, content);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
