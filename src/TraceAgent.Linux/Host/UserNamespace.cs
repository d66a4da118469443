using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Linux.Host;

/// <summary>Finds the owner of other namespaces: whoever has the owning user namespace may change what is in them (ioctl_ns(2)).</summary>
public static partial class UserNamespace
{
    private const string Own = "/proc/self/ns/user";
    private const uint GetOwner = 0xb701;
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>
    /// True when a namespace belongs to the user namespace of this process. False also when that is not known: it has ended, or
    /// its owner is none that this process may look into.
    /// </summary>
    /// <param name="path">The path, such as <c>/proc/42/ns/mnt</c>.</param>
    public static bool IsOwnerOf(string path)
    {
        using var file = Open(path, ReadOnlyCloseOnExec);
        if (file.IsInvalid)
        {
            return false;
        }

        using var owner = new SafeFileHandle(Ioctl(file, GetOwner), ownsHandle: true);
        return !owner.IsInvalid && FileStatus.Of(Own) is { } own && FileStatus.Of(owner).IsSameFile(own);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(SafeFileHandle file, nuint request);
}
