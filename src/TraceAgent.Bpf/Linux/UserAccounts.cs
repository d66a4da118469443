using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Linux;

/// <summary>The users of this machine, wherever they are kept (nsswitch.conf). For one thread.</summary>
public static unsafe partial class UserAccounts
{
    public static bool TryFind(string name, out uint id)
    {
        var account = Getpwnam(name);
        id = account == null ? 0 : account->UserId;
        return account != null;
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial Account* Getpwnam(string name);

    /// <summary>The beginning of <c>struct passwd</c> (pwd.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Account
    {
        public nint Name;
        public nint Password;
        public uint UserId;
    }
}
