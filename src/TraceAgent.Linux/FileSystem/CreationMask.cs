using System.Runtime.InteropServices;

namespace TraceAgent.Linux.FileSystem;

/// <summary>The mask of the permissions of new files of this process (umask(2)).</summary>
public static partial class CreationMask
{
    /// <summary>
    /// Takes write permission from groups, and all permissions from others: files are 0640 at most from their first moment, and
    /// folders 0750.
    /// </summary>
    public static void Tighten()
    {
        const uint groupWrites = 0x10;
        const uint others = 0x07;
        _ = Umask(Umask(groupWrites | others) | groupWrites | others);
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
