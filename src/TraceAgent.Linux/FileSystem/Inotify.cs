using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.FileSystem;

/// <summary>The events of a watched file or folder (inotify(7)).</summary>
[Flags]
public enum FileChange : uint
{
    None = 0,
    Modified = 0x2,
    Attributes = 0x4,
    WriteClosed = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Created = 0x100,
    Deleted = 0x200,
    SelfDeleted = 0x400,
    SelfMoved = 0x800,

    /// <summary>Changes were lost; everything must be looked at again.</summary>
    Overflow = 0x4000,

    /// <summary>The watch has ended: its file is gone.</summary>
    Ignored = 0x8000,
}

/// <summary>One notice of inotify.</summary>
/// <param name="Watch">The number that <see cref="Inotify.Watch"/> returned; -1 for <see cref="FileChange.Overflow"/>.</param>
/// <param name="Change">The change.</param>
/// <param name="Name">The file's name in the watched folder; empty for the watched file itself.</param>
public sealed record FileNotice(int Watch, FileChange Change, string Name);

/// <summary>
/// One inotify instance with many watches. .NET's FileSystemWatcher opens an instance for each folder, of which a user has
/// 128, and cannot watch an inode.
/// </summary>
public sealed unsafe partial class Inotify : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const short PollIn = 1;
    private const int HeaderSize = 16;
    private const int Enospc = 28;

    private readonly SafeFileHandle _handle;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly WakeSignal _signal = new();

    /// <exception cref="KernelException">The user's instances are used up; the message has the limit.</exception>
    public Inotify()
    {
        var fd = Init(CloseOnExec | NonBlocking);
        var errno = Marshal.GetLastPInvokeError();
        _handle = new SafeFileHandle(fd, ownsHandle: true);
        if (fd < 0)
        {
            throw new KernelException("open", "inotify", errno, $"raise fs.inotify.max_user_instances (now {Limit("max_user_instances")})");
        }
    }

    /// <summary>Watches a file or folder, following links. Watching the same inode again changes what is reported of it.</summary>
    /// <returns>The number of the watch, or -1 when there is no such file.</returns>
    /// <exception cref="KernelException">The user's watches are used up, or the file may not be read.</exception>
    public int Watch(string path, FileChange changes)
    {
        var watch = AddWatch((int)_handle.DangerousGetHandle(), path, (uint)changes);
        var errno = Marshal.GetLastPInvokeError();
        if (watch < 0 && errno is not (KernelException.Enoent or 20))
        {
            throw new KernelException(
                "watch", path, errno, errno == Enospc ? $"raise fs.inotify.max_user_watches (now {Limit("max_user_watches")})" : null);
        }

        return watch;
    }

    public void Unwatch(int watch) => _ = RemoveWatch((int)_handle.DangerousGetHandle(), watch);

    /// <summary>
    /// Ends the <see cref="Read"/> that waits, or the next one. Any thread may call it, also after <see cref="Dispose"/>.
    /// </summary>
    public void Wake() => _signal.Set();

    /// <summary>Waits for notices or <see cref="Wake"/>, at most <paramref name="timeoutMs"/>, and adds the notices to the list.</summary>
    /// <returns>True for <see cref="Wake"/>.</returns>
    public bool Read(int timeoutMs, List<FileNotice> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        var polls = stackalloc Libc.PollDescriptor[2];
        polls[0] = new Libc.PollDescriptor { Fd = (int)_handle.DangerousGetHandle(), Events = PollIn };
        polls[1] = new Libc.PollDescriptor { Fd = _signal.Fd, Events = PollIn };
        if (Libc.Poll(polls, 2, timeoutMs) <= 0)
        {
            return false;
        }

        _signal.Clear();
        var length = (int)ReadFile(polls[0].Fd, _buffer, (nuint)_buffer.Length);
        for (var at = 0; at + HeaderSize <= length;)
        {
            var notice = _buffer.AsSpan(at);
            var nameLength = BinaryPrimitives.ReadInt32LittleEndian(notice[12..]);
            var name = notice.Slice(HeaderSize, nameLength);
            var end = name.IndexOf((byte)0);
            into.Add(new FileNotice(
                BinaryPrimitives.ReadInt32LittleEndian(notice),
                (FileChange)BinaryPrimitives.ReadUInt32LittleEndian(notice[4..]),
                Encoding.UTF8.GetString(end < 0 ? name : name[..end])));
            at += HeaderSize + nameLength;
        }

        return polls[1].Returned != 0;
    }

    public void Dispose()
    {
        _handle.Dispose();
        _signal.Dispose();
    }

    private static string Limit(string name)
    {
        try
        {
            return File.ReadAllText("/proc/sys/fs/inotify/" + name).Trim();
        }
        catch (IOException)
        {
            return "unknown";
        }
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int fd, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch")]
    private static partial int RemoveWatch(int fd, int watch);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int fd, [Out] byte[] buffer, nuint count);
}
