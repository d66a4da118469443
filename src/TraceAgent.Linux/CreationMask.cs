using System.Runtime.InteropServices;

namespace TraceAgent.Linux;

/// <summary>What new files of this process never let others do (umask(2)).</summary>
public static partial class CreationMask
{
    /// <summary>
    /// Groups never write, and others do nothing at all: files are 0640 at most from their first moment, and folders 0750.
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
