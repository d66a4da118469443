using System.Globalization;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.Host;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// All mounts of the host, as far as processes show them. An ordinary user who makes a user namespace may mount anything there, over
/// any name; nobody but the owner of ours may change ours, and those that belong to it. Answers are of one
/// moment: an instance must not be kept.
/// </summary>
internal sealed class MountNamespaces
{
    private const string Self = "/proc/self/mountinfo";

    private IReadOnlyDictionary<ulong, Mount>? _own;
    private Dictionary<ulong, (Mount Mount, bool IsTrusted)>? _others;

    /// <summary>The mounts of this process.</summary>
    public IReadOnlyDictionary<ulong, Mount> Own => _own ??= MountTable.Read(Self);

    /// <summary>
    /// The mount, when it is in the mount namespace of this process or in another that belongs to our user namespace; null
    /// for all others, and for those that are in none, such as of memory files and mounts that were taken away.
    /// </summary>
    public Mount? Trusted(ulong id) =>
        Own.GetValueOrDefault(id) ?? ((_others ??= Others()).TryGetValue(id, out var found) && found.IsTrusted ? found.Mount : null);

    private static Dictionary<ulong, (Mount Mount, bool IsTrusted)> Others()
    {
        var mounts = new Dictionary<ulong, (Mount, bool)>();
        var seen = new HashSet<(ulong Namespace, string Root)>();
        foreach (var folder in ProcessFolders.All())
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out _)
                || FileStatus.Of($"{folder}/ns/mnt") is not { } space)
            {
                continue;
            }

            // A process in a chroot sees the mounts below it only, and by other paths.
            string root;
            try
            {
                root = new FileInfo($"{folder}/root").LinkTarget ?? "";
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (!seen.Add((space.Inode, root)))
            {
                continue;
            }

            var isTrusted = UserNamespace.IsOwnerOf($"{folder}/ns/mnt");
            foreach (var (id, mount) in MountTable.Read($"{folder}/mountinfo"))
            {
                // Prefer what a process outside of a chroot shows: its paths begin at the namespace's own root.
                if (!mounts.ContainsKey(id) || root == "/")
                {
                    mounts[id] = (mount, isTrusted);
                }
            }
        }

        return mounts;
    }
}
