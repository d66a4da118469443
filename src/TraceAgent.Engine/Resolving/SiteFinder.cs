using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;

namespace TraceAgent.Engine.Resolving;

/// <summary>
/// Finds the sites of rules in files. Keeps them while neither changes, and files open until <see cref="Dispose"/>: many rules look
/// into one.
/// </summary>
/// <param name="seccomp">The check for returns on this kernel; null when nothing is to be attached.</param>
/// <param name="folders">The folders with separate debug information; null for that of packages.</param>
internal sealed class SiteFinder(SeccompReturns? seccomp, DebugFolders? folders) : IDisposable
{
    private readonly Dictionary<(Rule Rule, FileIdentity File), (SiteResolution Found, int Evaluation)> _known = new(new SameRule());
    private readonly Dictionary<FileIdentity, (ElfImage? Image, SiteProblem? Problem)> _images = [];
    private int _evaluation;

    /// <summary>The sites of a rule in a file; null when the file is gone or another one.</summary>
    /// <exception cref="KernelException">It cannot be opened.</exception>
    public SiteResolution? Find(Rule rule, PresentFile present)
    {
        var (file, identity) = present;
        if (_known.TryGetValue((rule, identity), out var known))
        {
            _known[(rule, identity)] = (known.Found, _evaluation);
            return known.Found;
        }

        using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
        if (pinned is null || pinned.Identity != identity)
        {
            return null;
        }

        if (!_images.TryGetValue(identity, out var opened))
        {
            var image = ElfImage.TryOpen(pinned.InodePath, file.Path, out var problem, folders);
            _images[identity] = opened = (image, problem);
        }

        var found = opened.Image is null ? new SiteResolution([], [opened.Problem!]) : Find(rule, opened.Image, file.Path);

        if (found.Groups.Any(group => !group.Abi.ReturnsAtInstructions) && seccomp?.Refuse(rule) is { } refused)
        {
            found = new SiteResolution([], [refused]);
        }

        _known[(rule, identity)] = (found, _evaluation);
        return found;
    }

    /// <summary>The sites of a rule in an open file.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="image">The file.</param>
    /// <param name="path">The name of the file in messages.</param>
    public static SiteResolution Find(Rule rule, ElfImage image, string path)
    {
        var found = SiteResolver.Resolve(image, path, rule.Where.Value, new SiteRequest
        {
            NeedsReturn = rule.NeedsReturn,
            ReturnsAtCaller = !rule.ReturnsAtInstructions,
            Arguments = rule.ArgumentWords.Select(one => new AskedArgument(one.Name, one.Word)).ToEquatableArray(),
            AllowsUnsafe = rule.AllowsUnsafe,
            MaxSites = rule.MaxSites,
            Form = rule.Form,
        });
        return rule.Where.Value is Location.Symbol where && found.Problems.Count > 0
            ? found with { Problems = found.Problems.Select(problem => OwningLibrary.Named(problem, image, where.Name)).ToEquatableArray() }
            : found;
    }

    /// <summary>Ends an evaluation: forgets what it did not ask for, and closes the files, whose symbol tables are large.</summary>
    /// <param name="isKept">True for rules whose sites are kept though nobody asked.</param>
    public void Settle(Func<Rule, bool> isKept)
    {
        foreach (var (key, _) in _known.Where(one => one.Value.Evaluation != _evaluation && !isKept(one.Key.Rule)).ToList())
        {
            _known.Remove(key);
        }

        _evaluation++;
        Dispose();
    }

    /// <summary>Forgets all sites.</summary>
    public void Forget() => _known.Clear();

    /// <summary>Closes the files; it may be used again.</summary>
    public void Dispose()
    {
        foreach (var (image, _) in _images.Values)
        {
            image?.Dispose();
        }

        _images.Clear();
    }

    /// <summary>
    /// Compares by value, since most rules of an edited file are unchanged. The hash covers only a few members, to be fast.
    /// </summary>
    private sealed class SameRule : IEqualityComparer<(Rule Rule, FileIdentity File)>
    {
        public bool Equals((Rule Rule, FileIdentity File) one, (Rule Rule, FileIdentity File) other) =>
            one.File == other.File && one.Rule == other.Rule;

        public int GetHashCode((Rule Rule, FileIdentity File) one) => HashCode.Combine(one.Rule.Name.Value, one.File);
    }
}
