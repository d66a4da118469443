using Microsoft.Win32.SafeHandles;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.Host;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Trust;

/// <summary>
/// Decides whether only trusted users control what a file says: nobody else may write to it, nor put another in its place in any
/// of the folders and by any of the links on the way to it.
/// </summary>
/// <param name="users">The users to trust.</param>
/// <param name="severity">The severity of the diagnostics: an error where the file would otherwise be used.</param>
public sealed class PathTrust(TrustedUsers users, Severity severity = Severity.Error)
{
    /// <summary>The code of a file that others may write to, or replace.</summary>
    public const string Code = "TA293";

    /// <summary>The maximum number of links that are followed, the kernel's own (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    /// <summary>The folders that have been checked; null when each is checked again.</summary>
    private Dictionary<string, PathStep>? _walked;

    /// <summary>A checker for many files at once: the way to a folder is checked only once.</summary>
    public PathTrust ForOneEvaluation() => new(users, severity) { _walked = [] };

    /// <summary>
    /// Checks a file that has been opened by this path: what was read is what is judged. Null when it is trusted, as is a pipe,
    /// which only who started the command can have handed to it.
    /// </summary>
    public Diagnostic? Check(string path, SafeFileHandle opened)
    {
        var ownership = FileOwnership.Of(opened);
        return ownership.IsRegular ? Diagnose(path, Problem(path, ownership) ?? ProblemOnPathTo(path)) : null;
    }

    /// <summary>Checks the file that the path leads to now; null also when it leads nowhere.</summary>
    public Diagnostic? Check(string path) => Diagnose(path, ProblemOnPathTo(path));

    /// <summary>
    /// True when a regular file is not judged as it was: permissions change without the file's content, and those of its folders too.
    /// </summary>
    /// <param name="path">The path that leads to the file.</param>
    /// <param name="file">The file as it is now.</param>
    /// <param name="before">The diagnostics of the last look, with that of <see cref="Check(string)"/>.</param>
    public bool HasChanged(string path, FileIdentity file, IEnumerable<Diagnostic> before) =>
        file.Kind == FileKind.Regular && Check(path) != before.FirstOrDefault(d => d.Code == Code);

    private Diagnostic? Diagnose(string path, (string Reason, string Remedy)? problem) => problem is var (reason, remedy)
        ? new Diagnostic(
            severity, Code, new SourceSpan(path, 1, 1, 1),
            severity == Severity.Error ? $"ignored: {reason}" : $"the agent would ignore it here: {reason}", remedy)
        : null;

    private (string Reason, string Remedy)? ProblemOnPathTo(string path)
    {
        var full = path.StartsWith('/') ? path : $"{Environment.CurrentDirectory}/{path}";
        var end = full.LastIndexOf('/');
        var folder = full[..end];
        if (_walked is null || !_walked.TryGetValue(folder, out var way))
        {
            way = FileOwnership.Of("/") is { } root && Problem("/", root) is { } problem ? new PathStep(problem, null) : Walk("/", folder);
            _walked?.Add(folder, way);
        }

        return way.End is null ? way.Problem : Walk(way.End, full[(end + 1)..]).Problem;
    }

    /// <summary>
    /// Follows the path as the kernel does, name by name. Each folder that passes can only be changed by trusted users, so that
    /// what has been seen after it stays as it is.
    /// </summary>
    private PathStep Walk(string at, string path)
    {
        var names = new Stack<string>();
        Push(path);
        var links = 0;
        while (names.TryPop(out var name))
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/";
                continue;
            }

            var next = Path.Combine(at, name);
            if (FileOwnership.Of(next) is not { } ownership)
            {
                return default;
            }

            if (Problem(next, ownership) is { } problem)
            {
                return new PathStep(problem, null);
            }

            if (!ownership.IsLink)
            {
                at = next;
            }
            else if (links++ == MaxLinks || new FileInfo(next).LinkTarget is not { } target)
            {
                return default;
            }
            else
            {
                at = target.StartsWith('/') ? "/" : at;
                Push(target);
            }
        }

        return new PathStep(null, at);

        void Push(string text)
        {
            foreach (var part in text.Split('/', StringSplitOptions.RemoveEmptyEntries).AsEnumerable().Reverse())
            {
                if (part != ".")
                {
                    names.Push(part);
                }
            }
        }
    }

    private (string Reason, string Remedy)? Problem(string path, FileOwnership ownership)
    {
        if (!users.Contains(ownership.User))
        {
            var owner = UserAccounts.NameOf(ownership.User) ?? $"{ownership.User}";
            return ($"{path} belongs to {owner}", $"chown {(ownership.IsLink ? "-h " : "")}root {Shell(path)}");
        }

        // A link has no permissions. In a sticky folder, others can only add files, which then are theirs.
        if (ownership.IsLink || (ownership.IsFolder && ownership.IsSticky))
        {
            return null;
        }

        if (ownership.OthersWrite)
        {
            return ($"everybody may write to {path}", $"chmod go-w {Shell(path)}");
        }

        if (!ownership.GroupWrites)
        {
            return null;
        }

        if (ownership.HasAccessList)
        {
            return ($"an access control list lets others write to {path}", $"setfacl -b {Shell(path)}");
        }

        return users.Fill(ownership.Group)
            ? null
            : ($"the group {UserAccounts.NameOfGroup(ownership.Group) ?? $"{ownership.Group}"} may write to {path}",
                $"chmod go-w {Shell(path)}");
    }

    private static string Shell(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal))
            ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <param name="Problem">The problem on it.</param>
    /// <param name="End">The end of the path, without links; null when it leads nowhere, or must not be followed.</param>
    private readonly record struct PathStep((string Reason, string Remedy)? Problem, string? End);
}
