using System.Runtime.InteropServices;

namespace TraceAgent.Linux.FileSystem;

/// <summary>
/// Decides whether lines can be kept at a path: in a regular file that is on a disk, in memory or on a server; or on a terminal
/// or in /dev/null and its like. Writes to other devices and to the kernel's own file systems are commands.
/// </summary>
public static partial class WritableTarget
{
    private const int MemoryDevices = 1;
    private const int Null = 3;
    private const int Zero = 5;
    private const int Full = 7;

    /// <summary>Types of file systems (include/uapi/linux/magic.h) whose files are no storage.</summary>
    private static readonly Dictionary<uint, string> NoStorage = new (uint Magic, string Name)[]
    {
        (0x9fa0, "proc"), (0x62656572, "sysfs"), (0x27e0eb, "cgroup"), (0x63677270, "cgroup2"), (0x64626720, "debugfs"),
        (0x74726163, "tracefs"), (0xcafe4a11, "bpf"), (0x73636673, "securityfs"), (0xf97cff8c, "selinuxfs"), (0x43415d53, "smackfs"),
        (0x62656570, "configfs"), (0xde5e81e4, "efivarfs"), (0x42494e4d, "binfmt_misc"), (0x19800202, "mqueue"),
        (0x6165676c, "pstore"), (0x6e736673, "nsfs"), (0x65735543, "fusectl"), (0x7655821, "resctrl"), (0x9fa1, "openprom"),
        (0x5a3c69f0, "apparmorfs"), (0x09041934, "anon_inode"), (0x6c6f6f70, "binder"), (0x50495045, "pipefs"), (0x534f434b, "sockfs"),
    }.ToDictionary(one => one.Magic, one => one.Name);

    /// <summary>
    /// The reason why not, as the end of a sentence; null when lines can be kept, and when there is nothing at the path yet and
    /// its folder is storage.
    /// </summary>
    public static string? Problem(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (FileStatus.Statx(FileStatus.CurrentFolder, path, 0, FileStatus.BasicStats, out var status) != 0)
        {
            return Path.GetDirectoryName(path) is { Length: > 0 } folder ? NotStorage(folder) : null;
        }

        return (FileKind)(status.Mode & FileStatus.TypeBits) switch
        {
            FileKind.Regular => NotStorage(path),
            FileKind.Folder => "Is a directory (EISDIR)",
            FileKind.CharacterDevice => IsSink(path, status) ? null : "not a regular file, but a device",
            FileKind.BlockDevice => "not a regular file, but a disk",
            _ => "not a regular file",
        };
    }

    private static bool IsSink(string path, in FileStatus.StatxBuffer status)
    {
        if (status.DeviceOfFileMajor == MemoryDevices)
        {
            return status.DeviceOfFileMinor is Null or Zero or Full;
        }

        using var opened = InputFile.Open(path);
        return IsTerminal((int)opened.Handle.DangerousGetHandle()) == 1;
    }

    private static unsafe string? NotStorage(string path)
    {
        const int longs = 16;
        var status = stackalloc long[longs];
        return Statfs(path, status) == 0 && NoStorage.TryGetValue((uint)status[0], out var name)
            ? $"not a regular file, but one of the kernel's ({name})"
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statfs(string path, long* status);

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsTerminal(int file);
}
