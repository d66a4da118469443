using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Engine.DebugInfo;
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
    private readonly Dictionary<(Rule Rule, FileIdentity File), SiteResolution> _announced = new(new SameRule());
    private readonly SiteParameters _parameters = new();
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

        if (Open(present) is not var (image, unreadable))
        {
            return null;
        }

        if (!_announced.Remove((rule, identity), out var found))
        {
            found = image is null ? new SiteResolution([], [unreadable!]) : Find(rule, image, file.Path);
        }

        if (rule.NeedsDebugInfo && image is not null)
        {
            found = _parameters.Of(image, identity, file.Path, found, DebugDemand.Of(rule));
        }

        if (found.Groups.Any(group => !group.Abi.ReturnsAtInstructions) && seccomp?.Refuse(rule) is { } refused)
        {
            found = new SiteResolution([], [refused]);
        }

        if (!AwaitsDebugInfo(found))
        {
            _known[(rule, identity)] = (found, _evaluation);
        }

        return found;
    }

    /// <summary>True when the sites may be others although rule and file stay: debug information may be installed later.</summary>
    public static bool AwaitsDebugInfo(SiteResolution found) => found.Problems.Any(problem => problem.Code == SiteCodes.NoDebugInformation);

    /// <summary>
    /// Finds the sites of a rule for which debug information will be asked, so that the first question for a binary is about those of all
    /// rules that were announced.
    /// </summary>
    /// <exception cref="KernelException">It cannot be opened.</exception>
    public void Announce(Rule rule, PresentFile present)
    {
        if (!_known.ContainsKey((rule, present.Identity)) && Open(present) is ({ } image, _))
        {
            var found = Find(rule, image, present.File.Path);
            _announced[(rule, present.Identity)] = found;
            _parameters.Announce(image, present.Identity, found, DebugDemand.Of(rule));
        }
    }

    /// <summary>Asks for debug information that a rule needs and that is fetched meanwhile.</summary>
    /// <param name="fetches">Fetches it.</param>
    /// <param name="present">The binary.</param>
    /// <param name="problem">The reason why it was not fetched; null for none.</param>
    /// <returns>What the rule waits for; null for nothing.</returns>
    /// <exception cref="KernelException">It cannot be opened.</exception>
    public string? Awaited(DebugFetches fetches, PresentFile present, out SiteProblem? problem)
    {
        problem = null;
        if (Open(present) is not ({ } image, _))
        {
            return null;
        }

        var awaited = fetches.Awaited(image, present.File.Path, out problem, out var hasCome);
        if (hasCome)
        {
            image.Dispose();
            _images.Remove(present.Identity);
        }

        return awaited;
    }

    /// <summary>The open file, or why it cannot be read; null when it is gone or another one.</summary>
    private (ElfImage? Image, SiteProblem? Problem)? Open(PresentFile present)
    {
        var (file, identity) = present;
        if (_images.TryGetValue(identity, out var opened))
        {
            return opened;
        }

        using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
        if (pinned is null || pinned.Identity != identity)
        {
            return null;
        }

        var image = ElfImage.TryOpen(pinned.InodePath, file.Path, out var problem, folders);
        return _images[identity] = (image, problem);
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
            CapturesResult = rule.ReadsResult,
            ReadsErrno = rule.ReadsErrno,
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
        _announced.Clear();
        _parameters.Forget();
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
