using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Linux;

/// <summary>fcntl(2) of the descriptors 0 to 2, because .NET does not tell whether the caller had closed them.</summary>
public static partial class StandardDescriptor
{
    private const int GetDescriptorFlags = 1;
    private const int GetStatusFlags = 3;
    private const int CloseOnExec = 1;
    private const int AccessMode = 3;

    /// <summary>
    /// Whether the caller left it open for writing. A number that the caller had closed may be one of the runtime's own files
    /// by now; those close on exec, and what was inherited cannot.
    /// </summary>
    public static bool IsWritable(int descriptor)
    {
        var flags = Fcntl(descriptor, GetDescriptorFlags, 0);
        return flags >= 0 && (flags & CloseOnExec) == 0 && (Fcntl(descriptor, GetStatusFlags, 0) & AccessMode) != 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(int descriptor, int command, int argument);
}
