using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.FileSystem;

/// <summary>
/// The file that the kernel probes when it is given a name. On overlay file systems that is the one in the layer below
/// (<c>d_real_inode</c> in kernel/events/uprobes.c), which has another name and another device number there.
/// </summary>
/// <param name="Device">The device as <c>stat</c> gives it.</param>
/// <param name="Inode">The inode as <c>stat</c> gives it.</param>
/// <param name="Times">
/// The last change of content and of the inode, ns since 1970, and the size: overlays show those of the file below.
/// </param>
/// <param name="IsOverlay">True when its file system has others below it.</param>
/// <param name="MountId">The ID of the mount that led to it; no other mount has it as long as the file is held open.</param>
public sealed record KernelFile(
    (uint Major, uint Minor) Device,
    ulong Inode,
    (long ModifiedNs, long ChangedNs, long Size) Times,
    bool IsOverlay,
    ulong MountId)
{
    private const uint MountIdMask = 0x1000;

    /// <summary>The file that is held, whatever its names.</summary>
    /// <exception cref="KernelException">The file cannot be examined.</exception>
    public static KernelFile Of(PinnedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Read(file.Descriptor, "", FileStatus.EmptyPath)
            ?? throw new KernelException("examine", file.Path, Marshal.GetLastPInvokeError());
    }

    /// <summary>The file that a path leads to; null when there is none, or none that we may look at.</summary>
    public static KernelFile? Of(string path) => Read(FileStatus.CurrentFolder, path, 0);

    /// <summary>True when a probe in one is a probe in the other.</summary>
    public bool IsSameAs(KernelFile other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Device == other.Device && Inode == other.Inode) || (MayBeBelow(other) && Times == other.Times);
    }

    /// <summary>
    /// True when one may lie below the other, as far as the numbers tell: an overlay keeps the inode number, or its lower half
    /// when it tells layers apart by the upper bits (<c>xino</c> in Documentation/filesystems/overlayfs.rst).
    /// </summary>
    public bool MayBeBelow(KernelFile other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (IsOverlay || other.IsOverlay) && (uint)Inode == (uint)other.Inode;
    }

    private static KernelFile? Read(int folder, string path, int flags)
    {
        if (FileStatus.Statx(folder, path, flags, FileStatus.BasicStats | MountIdMask, out var status) != 0)
        {
            return null;
        }

        return new KernelFile(
            (status.DeviceMajor, status.DeviceMinor), status.Inode,
            ((status.ModifiedSeconds * 1_000_000_000) + status.ModifiedNanoseconds,
                (status.ChangedSeconds * 1_000_000_000) + status.ChangedNanoseconds,
                (long)status.Size),
            status.DeviceMajor == 0 && FileStatus.IsOverlay(folder, path), status.MountId);
    }
}
