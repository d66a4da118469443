using System.Runtime.InteropServices;

namespace TraceAgent.Linux;

/// <summary>Thrown when the kernel refused something: what was tried, on what, why, and what would help.</summary>
public sealed class KernelException : Exception
{
    public const int Eperm = 1;
    public const int Enoent = 2;
    public const int E2Big = 7;
    public const int Eacces = 13;
    public const int Eexist = 17;
    public const int Einval = 22;
    public const int Emfile = 24;

    /// <summary>ENOTSUPP, internal to the kernel but returned by uprobes for instructions that cannot be probed.</summary>
    public const int Enotsupp = 524;

    public KernelException(string operation, string target, int errno, string? remedy = null)
        : base(Describe(operation, target, errno, remedy))
    {
        Errno = errno;
        Operation = operation;
    }

    public int Errno { get; }

    public string Operation { get; }

    /// <summary>True when more privileges, or another kernel, would help: exit code 77.</summary>
    public bool IsRefusal => Errno is Eperm or Eacces or Einval or Enotsupp or 38 or 95;

    private static string Describe(string operation, string target, int errno, string? remedy)
    {
        var reason = errno == Enotsupp ? "the kernel cannot probe this instruction (ENOTSUPP)" : Marshal.GetPInvokeErrorMessage(errno);

        // The name of a file may be anything; in a message it must not begin another line, or move a terminal's cursor.
        var text = $"{operation} {string.Concat(target.Select(c => char.IsControl(c) ? '\ufffd' : c))}: {reason}";
        return remedy is null ? text : $"{text}; {remedy}";
    }
}
