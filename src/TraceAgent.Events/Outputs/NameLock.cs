using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Events.Outputs;

/// <summary>
/// Keeps other agents from a name that is followed by numbers and dates: none of the files has it, so none can be locked for it.
/// A hidden file beside them is locked by flock(2), and deleted when the lock is released.
/// </summary>
internal sealed class NameLock : IDisposable
{
    private const int MaxTries = 100;

    private readonly FileStream _file;
    private readonly FileIdentity _identity;
    private readonly string _path;

    private NameLock(FileStream file, string path) => (_file, _identity, _path) = (file, FileStatus.Of(file.SafeFileHandle), path);

    /// <summary>False when the hidden file was deleted: the next agent makes another.</summary>
    public bool Holds => FileStatus.Of(_path)?.IsSameOpenFile(_identity) is true;

    /// <exception cref="IOException">Another process has it, or the folder takes no file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder takes no file of ours.</exception>
    public static NameLock Take(string output)
    {
        var full = Path.GetFullPath(output);
        var path = Path.Combine(Path.GetDirectoryName(full) ?? "/", $".{Path.GetFileName(full)}.lock");
        for (var i = 0; i < MaxTries; i++)
        {
            var taken = new NameLock(Open(path), path);

            // Whoever had it may have deleted it between our opening and our lock.
            if (taken.Holds)
            {
                return taken;
            }

            taken._file.Dispose();
        }

        throw new IOException("another process writes to it");
    }

    /// <summary>Deletes the file while it is locked: an agent that waits for the lock finds another file there.</summary>
    public void Dispose()
    {
        try
        {
            if (Holds)
            {
                File.Delete(_path);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The lock file stays, which is harmless: the lock ends with the descriptor.
        }

        _file.Dispose();
    }

    private static FileStream Open(string path)
    {
        const int wouldBlock = 11;
        if (FileOwnership.Of(path) is { IsRegular: false })
        {
            throw new IOException($"{path} is not a regular file");
        }

        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException refusal) when ((refusal.HResult & 0xffff) == wouldBlock)
        {
            throw new IOException("another process writes to it", refusal);
        }
    }
}
