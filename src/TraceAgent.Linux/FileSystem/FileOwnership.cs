using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.FileSystem;

/// <summary>The owner of a file, and who else may write to it.</summary>
/// <param name="User">The owner's user ID.</param>
/// <param name="Group">The file's group.</param>
/// <param name="Mode"><c>st_mode</c>: type and permissions (inode(7)).</param>
public readonly partial record struct FileOwnership(uint User, uint Group, int Mode)
{
    private const int NoFollow = 0x100;
    private const int TypeBits = 0xf000;
    private const int Link = 0xa000;
    private const int Sticky = 0x200;
    private const int GroupMayWrite = 0x10;
    private const int OthersMayWrite = 0x02;
    private const string AccessList = "system.posix_acl_access";

    public bool IsLink => (Mode & TypeBits) == Link;

    public bool IsFolder => (Mode & TypeBits) == (int)FileKind.Folder;

    public bool IsRegular => (Mode & TypeBits) == (int)FileKind.Regular;

    public bool OthersWrite => (Mode & OthersMayWrite) != 0;

    /// <summary>
    /// True when the group bits let somebody write. For a file with an access control list, these bits say what any of its
    /// entries may do (acl(5)).
    /// </summary>
    public bool GroupWrites => (Mode & GroupMayWrite) != 0;

    /// <summary>True for a folder in which only the owner of a file may rename or delete it.</summary>
    public bool IsSticky => (Mode & Sticky) != 0;

    /// <summary>
    /// True when more users and groups than <see cref="User"/> and <see cref="Group"/> may have been given access to write.
    /// </summary>
    public bool HasAccessList { get; private init; }

    /// <summary>The ownership of an open file.</summary>
    /// <exception cref="KernelException">The file cannot be examined.</exception>
    public static FileOwnership Of(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var descriptor = (int)file.DangerousGetHandle();
        return FileStatus.Statx(descriptor, "", FileStatus.EmptyPath, FileStatus.BasicStats, out var status) == 0
            ? new FileOwnership(status.User, status.Group, status.Mode)
            { HasAccessList = (status.Mode & GroupMayWrite) != 0 && Fgetxattr(descriptor, AccessList, 0, 0) > 0 }
            : throw new KernelException("examine", "an open file", Marshal.GetLastPInvokeError());
    }

    /// <summary>The ownership of what has this name, a link itself included; null when nothing has, or when it is hidden from us.</summary>
    public static FileOwnership? Of(string path) =>
        FileStatus.Statx(FileStatus.CurrentFolder, path, NoFollow, FileStatus.BasicStats, out var status) == 0
            ? new FileOwnership(status.User, status.Group, status.Mode)
            { HasAccessList = (status.Mode & GroupMayWrite) != 0 && Lgetxattr(path, AccessList, 0, 0) > 0 }
            : null;

    /// <summary>
    /// Gives a file to who owns another one. Who may not do that keeps it: only root may, and for root it matters.
    /// </summary>
    public static void Give(string path, string like)
    {
        if (Of(like) is { } owner)
        {
            _ = Lchown(path, owner.User, owner.Group);
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Lchown(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Lgetxattr(string path, string name, nint value, nint size);

    [LibraryImport("libc", EntryPoint = "fgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Fgetxattr(int file, string name, nint value, nint size);
}
