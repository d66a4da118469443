using System.Runtime.InteropServices;

namespace TraceAgent.Linux.Host;

/// <summary>The users and groups of this machine, wherever they are kept (nsswitch.conf). Used by one thread.</summary>
public static unsafe partial class UserAccounts
{
    public static bool TryFind(string name, out uint id)
    {
        var account = Getpwnam(name);
        id = account == null ? 0 : account->UserId;
        return account != null;
    }

    /// <summary>The effective user ID of the process.</summary>
    public static uint EffectiveUser => Geteuid();

    /// <summary>The name of a user; null when the number has no name.</summary>
    public static string? NameOf(uint user)
    {
        var account = Getpwuid(user);
        return account == null ? null : Marshal.PtrToStringUTF8(account->Name);
    }

    /// <summary>The name of a group; null when the number has no name.</summary>
    public static string? NameOfGroup(uint group)
    {
        var entry = Getgrgid(group);
        return entry == null ? null : Marshal.PtrToStringUTF8(entry->Name);
    }

    /// <summary>
    /// True when everybody in a group is one of these users, as in the groups that many systems give each user alone. Members are
    /// those that the group names and those whose first group it is; for a group without a name, nobody knows.
    /// </summary>
    public static bool AllMembersAre(uint group, IReadOnlySet<uint> users)
    {
        var entry = Getgrgid(group);
        if (entry == null)
        {
            return false;
        }

        var names = new List<string>();
        for (var member = entry->Members; member != null && *member != 0; member++)
        {
            names.Add(Marshal.PtrToStringUTF8(*member)!);
        }

        if (!names.TrueForAll(name => TryFind(name, out var id) && users.Contains(id)))
        {
            return false;
        }

        Setpwent();
        try
        {
            for (var account = Getpwent(); account != null; account = Getpwent())
            {
                if (account->GroupId == group && !users.Contains(account->UserId))
                {
                    return false;
                }
            }
        }
        finally
        {
            Endpwent();
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint Geteuid();

    [LibraryImport("libc", EntryPoint = "setpwent")]
    private static partial void Setpwent();

    [LibraryImport("libc", EntryPoint = "getpwent")]
    private static partial Account* Getpwent();

    [LibraryImport("libc", EntryPoint = "endpwent")]
    private static partial void Endpwent();

    [LibraryImport("libc", EntryPoint = "getpwuid")]
    private static partial Account* Getpwuid(uint user);

    [LibraryImport("libc", EntryPoint = "getgrgid")]
    private static partial GroupEntry* Getgrgid(uint group);

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial Account* Getpwnam(string name);

    /// <summary>The beginning of <c>struct passwd</c> (pwd.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Account
    {
        public nint Name;
        public nint Password;
        public uint UserId;
        public uint GroupId;
    }

    /// <summary><c>struct group</c> (grp.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct GroupEntry
    {
        public nint Name;
        public nint Password;
        public uint GroupId;
        public nint* Members;
    }
}
