using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TraceAgent.Linux.FileSystem;

/// <summary>The identity and state of a file: nothing has happened to it between two equal ones, as far as the file system tells.</summary>
/// <param name="DeviceMajor">The major number of the file system's device.</param>
/// <param name="DeviceMinor">The minor number of the file system's device.</param>
/// <param name="Inode">Number in the file system.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedNs">Last change of the content, ns since 1970.</param>
public sealed record FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode, long Size, long ModifiedNs)
{
    /// <summary>The granularity of time stamps, with room to spare: some file systems keep two seconds.</summary>
    private static readonly TimeSpan TimestampGranularity = TimeSpan.FromSeconds(2);

    /// <summary>The kind of the file that a path leads to; never a link.</summary>
    public FileKind Kind { get; init; }

    /// <summary>The identity of no file.</summary>
    public static FileIdentity None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>
    /// The last change of the inode, ns since 1970: of the content, also where that has its old time and size again, and of mode,
    /// owner and names. Nobody can set it back.
    /// </summary>
    public long ChangedNs { get; init; }

    /// <summary>
    /// The time when the inode was made, ns since 1970, on overlay file systems; else 0. Containers of one image have an overlay
    /// each, but one file below them all, which must be probed once: their device is given as 0:0. A container that has its own
    /// copy shows the same inode number, but not the same moment. Where the file system below keeps none, it is
    /// <see cref="ChangedNs"/>.
    /// </summary>
    public long OverlaidNs { get; init; }

    /// <summary>
    /// True on an overlay whose upper file system does not tell when an inode was made: every change makes another file of it.
    /// </summary>
    public bool HidesBirth { get; init; }

    /// <summary>The identity without the state: equal for two states of one file.</summary>
    public (uint Major, uint Minor, ulong Inode, long OverlaidNs) File => (DeviceMajor, DeviceMinor, Inode, OverlaidNs);

    public bool IsSameFile(FileIdentity other) => File == other.File;

    /// <summary>
    /// True when every change after this moment shows in the time stamps; false when the file was changed so shortly before that it
    /// may be changed again without new ones.
    /// </summary>
    /// <param name="readAt">The time when the file was read, UTC.</param>
    public bool ShowsChangesAfter(DateTime readAt) =>
        readAt - DateTime.UnixEpoch.AddTicks(Math.Max(ModifiedNs, ChangedNs) / TimeSpan.NanosecondsPerTick) > TimestampGranularity;

    /// <summary>
    /// <see cref="IsSameFile"/> for a file that is held open and written to, which may change <see cref="OverlaidNs"/>: as long
    /// as it is open, no other file of its file system has its number.
    /// </summary>
    public bool IsSameOpenFile(FileIdentity other) =>
        (DeviceMajor, DeviceMinor, Inode) == (other.DeviceMajor, other.DeviceMinor, other.Inode);

    /// <summary>
    /// True when a file that is held open has this state because its content was written to; false when it was renamed, linked,
    /// deleted or got another mode, and when an overlay has made a copy of it, which gets all later writes.
    /// </summary>
    public bool IsOverwritten(FileIdentity before) =>
        HidesBirth ? this != before : (Size, ModifiedNs) != (before.Size, before.ModifiedNs) && OverlaidNs == before.OverlaidNs;
}

/// <summary>The type bits of <c>st_mode</c> (inode(7)).</summary>
public enum FileKind
{
    Unknown = 0,
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Socket = 0xc000,
}

/// <summary>Reads a file's status by statx(2), because .NET tells neither device nor inode.</summary>
public static partial class FileStatus
{
    internal const int EmptyPath = 0x1000;
    internal const int CurrentFolder = -100;
    internal const uint BasicStats = 0x7ff;
    internal const int TypeBits = 0xf000;
    private const uint BirthTime = 0x800;
    private const long OverlayMagic = 0x794c7630;

    /// <summary>The identity of an open file.</summary>
    /// <exception cref="KernelException">The file cannot be examined.</exception>
    public static FileIdentity Of(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Read((int)file.DangerousGetHandle(), string.Empty, EmptyPath)
            ?? throw new KernelException("examine", "an open file", Marshal.GetLastPInvokeError());
    }

    /// <summary>The identity of what the path leads to now; null when there is no such file.</summary>
    public static FileIdentity? Of(string path) => Read(CurrentFolder, path, 0);

    private static FileIdentity? Read(int folder, string path, int flags)
    {
        if (Statx(folder, path, flags, BasicStats | BirthTime, out var status) != 0)
        {
            return null;
        }

        var identity = new FileIdentity(
            status.DeviceMajor, status.DeviceMinor, status.Inode, (long)status.Size,
            (status.ModifiedSeconds * 1_000_000_000) + status.ModifiedNanoseconds)
        {
            Kind = (FileKind)(status.Mode & TypeBits),
            ChangedNs = (status.ChangedSeconds * 1_000_000_000) + status.ChangedNanoseconds,
        };
        return identity.DeviceMajor == 0 && identity.Kind == FileKind.Regular && IsOverlay(folder, path)
            ? identity with
            {
                DeviceMinor = 0,
                HidesBirth = (status.Mask & BirthTime) == 0,
                OverlaidNs = (status.Mask & BirthTime) != 0
                    ? (status.BornSeconds * 1_000_000_000) + status.BornNanoseconds
                    : identity.ChangedNs,
            }
            : identity;
    }

    internal static unsafe bool IsOverlay(int file, string path)
    {
        const int longs = 16;
        var status = stackalloc long[longs];
        return (path.Length == 0 ? Fstatfs(file, status) : Statfs(path, status)) == 0 && status[0] == OverlayMagic;
    }

    /// <param name="path">The file.</param>
    /// <param name="status"><c>struct statfs</c>, 120 bytes, of which the first 8 are the type.</param>
    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statfs(string path, long* status);

    [LibraryImport("libc", EntryPoint = "fstatfs")]
    private static unsafe partial int Fstatfs(int file, long* status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);

    /// <summary><c>struct statx</c> (include/uapi/linux/stat.h).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatxBuffer
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(80)]
        public long BornSeconds;

        [FieldOffset(88)]
        public uint BornNanoseconds;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(128)]
        public uint DeviceOfFileMajor;

        [FieldOffset(132)]
        public uint DeviceOfFileMinor;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;

        [FieldOffset(144)]
        public ulong MountId;
    }
}
