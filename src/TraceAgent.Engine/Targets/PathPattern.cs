using TraceAgent.Capture;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Targets;

/// <summary>
/// A pattern of paths: <c>*</c> and <c>?</c> stand for characters of one name, <c>**</c> for any number of names. Hidden names
/// match like others, since what is refused must not hide.
/// </summary>
internal sealed class PathPattern
{
    private const string AnyNames = "**";

    private readonly string[] _names;

    /// <param name="text">Absolute.</param>
    public PathPattern(string text)
    {
        Text = text;
        _names = NamesOf(text);
    }

    public string Text { get; }

    /// <summary>True when the pattern has no wildcard, and names one file.</summary>
    public bool IsPlain => !Array.Exists(_names, name => Wildcard.IsIn(name));

    /// <param name="path">Absolute, without links.</param>
    public bool Matches(string path) => Matches(_names, NamesOf(path));

    /// <summary>
    /// The pattern with links resolved in the names before the first with a star: <c>/bin/*</c> is <c>/usr/bin/*</c>, for
    /// example.
    /// </summary>
    public PathPattern Resolved()
    {
        var plain = Array.FindIndex(_names, name => Wildcard.IsIn(name)) is >= 0 and var first ? first : _names.Length;
        for (var length = plain; length > 0; length--)
        {
            if (RealPath.Of("/" + string.Join('/', _names[..length])) is { } real)
            {
                return new PathPattern($"{real.TrimEnd('/')}/{string.Join('/', _names[length..])}");
            }
        }

        return this;
    }

    private static string[] NamesOf(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty)
        {
            return names.IsEmpty;
        }

        if (pattern[0] == AnyNames)
        {
            return Matches(pattern[1..], names) || (!names.IsEmpty && Matches(pattern, names[1..]));
        }

        return !names.IsEmpty
            && Wildcard.Matches(pattern[0], names[0]) && Matches(pattern[1..], names[1..]);
    }
}

/// <summary>Paths without links.</summary>
internal static class RealPath
{
    private const string Deleted = " (deleted)";

    /// <summary>The path of a file without links; null when there is no such file, or none that we may look at.</summary>
    public static string? Of(string path)
    {
        try
        {
            using var pinned = PinnedFile.TryOpen(path);
            return pinned is null ? null : Of(pinned);
        }
        catch (KernelException)
        {
            return null;
        }
    }

    /// <summary>The name under which the kernel has the file; the last one, when it has none any more.</summary>
    public static string? Of(PinnedFile pinned)
    {
        if (new FileInfo(pinned.InodePath).LinkTarget is { } name)
        {
            return name.EndsWith(Deleted, StringComparison.Ordinal) ? name[..^Deleted.Length] : name;
        }

        return null;
    }
}
