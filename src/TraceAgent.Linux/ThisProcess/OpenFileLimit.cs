using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceAgent.Linux.ThisProcess;

/// <summary>The maximum number of files that this process may have open (RLIMIT_NOFILE, getrlimit(2)).</summary>
public static partial class OpenFileLimit
{
    /// <summary>
    /// The minimum limit: what the runtime, the kernel's objects and the files of a few rules take together, with as much again
    /// to spare.
    /// </summary>
    public const ulong Minimum = 64;

    private const int StandardError = 2;

    /// <summary>
    /// Raises the limit as far as the process may. Below <see cref="Minimum"/> no operation that opens a file can be relied on, not
    /// even an error message of the runtime: the reason is then written to standard error here.
    /// </summary>
    /// <returns>False when the limit is too low.</returns>
    public static bool IsEnough()
    {
        if (Libc.GetLimit(Libc.OpenFiles, out var limit) != 0)
        {
            return true;
        }

        if (limit.Current < limit.Max)
        {
            var raised = limit with { Current = limit.Max };
            limit = SetLimit(Libc.OpenFiles, in raised) == 0 ? raised : limit;
        }

        if (limit.Current >= Minimum)
        {
            return true;
        }

        var message = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"traceagent: only {limit.Current} files may be open at once, and at least {Minimum} are needed; "
                + $"raise the limit: `ulimit -n 1024`, or LimitNOFILE= in the unit\n"));
        _ = Write(StandardError, message, message.Length);
        return false;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Libc.ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte[] bytes, nint count);
}
