using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.FileSystem;

/// <summary>
/// A file held by its inode, also after its name is gone or leads elsewhere: what was examined is what is probed. Opened
/// with O_PATH, which neither needs read permission nor waits nor keeps anybody from doing anything.
/// </summary>
public sealed partial class PinnedFile : IDisposable
{
    private const int PathOnlyCloseOnExec = 0x200000 | 0x80000;
    private const int Enotdir = 20;

    private readonly SafeFileHandle _handle;

    private PinnedFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
        Identity = FileStatus.Of(handle);
    }

    /// <summary>The name under which the file was opened.</summary>
    public string Path { get; }

    /// <summary>The identity of the file when it was opened.</summary>
    public FileIdentity Identity { get; }

    /// <summary>The identity and state of the file now.</summary>
    public FileIdentity CurrentIdentity => FileStatus.Of(_handle);

    /// <summary>A path that leads to this inode for as long as this object is not disposed, in this process only.</summary>
    public string InodePath => string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{(int)_handle.DangerousGetHandle()}");

    /// <summary>The file descriptor, valid as long as this object is not disposed of.</summary>
    public int Descriptor => (int)_handle.DangerousGetHandle();

    /// <summary>Opens a file; null when there is no such file.</summary>
    /// <exception cref="KernelException">It is there but cannot be opened, such as below a folder without permission.</exception>
    public static PinnedFile? TryOpen(string path) => TryOpen(path, path);

    /// <param name="path">The path to find it at now.</param>
    /// <param name="name">The name in messages.</param>
    public static PinnedFile? TryOpen(string path, string name)
    {
        var fd = Open(path, PathOnlyCloseOnExec);
        var errno = Marshal.GetLastPInvokeError();
        if (fd >= 0)
        {
            return new PinnedFile(new SafeFileHandle(fd, ownsHandle: true), name);
        }

        return errno is KernelException.Enoent or Enotdir
            ? null
            : throw new KernelException("open", path, errno, Privileges.RemedyFor(errno, Privileges.ForFiles));
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
