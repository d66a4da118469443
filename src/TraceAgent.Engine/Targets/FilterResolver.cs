using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Targets;

/// <summary>Translates the users, cgroups and containers that rules name to the numbers by which the kernel knows them.</summary>
internal sealed partial class FilterResolver
{
    private const int MaxContainers = 16;
    private const int MaxFolders = 100_000;

    /// <summary>The first cgroup namespace, from which levels of cgroups count: in another one we see only a part of the tree.</summary>
    private const string FirstNamespace = "cgroup:[4026531835]";

    private readonly string? _root = CgroupHierarchy.MountPoint();
    private readonly bool _seesAll = new FileInfo("/proc/self/ns/cgroup").LinkTarget == FirstNamespace;
    private IReadOnlyList<string>? _containers;

    /// <summary>Resolves the names in the rule's <c>target</c> to what the kernel decides by.</summary>
    /// <param name="rule">The rule as in its file.</param>
    /// <param name="missing">The part that does not exist yet, in words; then the rule waits.</param>
    public Rule Resolve(Rule rule, out string? missing)
    {
        missing = null;
        if (rule.Filter is not { } filter)
        {
            return rule;
        }

        var users = new List<uint>();
        foreach (var name in filter.Users)
        {
            if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || UserAccounts.TryFind(name, out number))
            {
                users.Add(number);
            }
            else
            {
                missing ??= $"the user {name} does not exist";
            }
        }

        var cgroups = new List<CgroupPlace>();
        foreach (var name in filter.Cgroups)
        {
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                cgroups.Add(new CgroupPlace(id, null));
            }
            else if (PlaceOf(name.Trim('/')) is { } place)
            {
                cgroups.Add(place);
            }
            else
            {
                missing ??= $"the cgroup {name} does not exist";
            }
        }

        foreach (var id in filter.Containers)
        {
            var found = Containers()
                .Where(path => ContainerId().Match(Path.GetFileName(path)).Value.StartsWith(id, StringComparison.Ordinal))
                .Take(MaxContainers).Select(PlaceOf).OfType<CgroupPlace>().ToList();
            cgroups.AddRange(found);
            missing ??= found.Count == 0 ? $"the container {id} does not exist" : null;
        }

        return missing is null ? rule with { Who = filter.Condition(users, cgroups) } : rule;
    }

    /// <summary>Forgets all answers, so that the next ones are new.</summary>
    public void Forget() => _containers = null;

    private CgroupPlace? PlaceOf(string path) =>
        _root is not null && FileStatus.Of(Path.Combine(_root, path)) is { Kind: FileKind.Folder } folder
        ? new CgroupPlace((long)folder.Inode, _seesAll ? path.Split('/', StringSplitOptions.RemoveEmptyEntries).Length : null)
        : null;

    /// <summary>The cgroups whose name has an ID of 64 digits, such as <c>docker-ID.scope</c>; relative to the root.</summary>
    private IReadOnlyList<string> Containers()
    {
        if (_containers is not null || _root is null)
        {
            return _containers ?? [];
        }

        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        try
        {
            return _containers = [.. Directory.EnumerateDirectories(_root, "*", options).Take(MaxFolders)
                .Where(path => ContainerId().IsMatch(Path.GetFileName(path))).Select(path => Path.GetRelativePath(_root, path))];
        }
        catch (IOException)
        {
            // A cgroup went away meanwhile: the next evaluation is soon.
            return [];
        }
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex ContainerId();
}
