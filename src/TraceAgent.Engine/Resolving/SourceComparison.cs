using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Variables;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Linux;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Resolving;

/// <summary>
/// Compares rules with the debug information of the binaries that they lead to, when there is some: one question for each binary.
/// </summary>
/// <param name="folders">The folders with separate debug information; null for that of packages.</param>
public sealed class SourceComparison(DebugFolders? folders)
{
    /// <summary>A parameter's type, what it points to, and nothing farther.</summary>
    private static readonly DebugDemand Asked = new(Hops: 2, []);

    /// <summary>The warnings, each at its place in a rule file.</summary>
    public IReadOnlyList<Diagnostic> Of(IEnumerable<RuleProbe> probes)
    {
        ArgumentNullException.ThrowIfNull(probes);
        var found = new List<Diagnostic>();
        var places = probes.Where(one => SourceContradictions.MayBeOf(one.Rule)).SelectMany(Places);
        foreach (var ofFile in places.GroupBy(place => place.File.Identity))
        {
            found.AddRange(Of([.. ofFile]));
        }

        return [.. found.DistinctBy(diagnostic => (diagnostic.Code, diagnostic.At))];
    }

    private static IEnumerable<Place> Places(RuleProbe probe) =>
        from part in probe.Parts
        where part.Abi is CSiteAbi
        from file in part.Files
        select new Place(probe.Rule, file, new SiteResolution([new SiteGroup(part.Abi, file.Sites)], []));

    private List<Diagnostic> Of(List<Place> places)
    {
        try
        {
            var file = places[0].File;
            using var pinned = PinnedFile.TryOpen(file.Source, file.Path);
            using var image = pinned is null || pinned.Identity != file.Identity
                ? null
                : ElfImage.TryOpen(pinned.InodePath, file.Path, out _, folders);
            return image is null ? [] : In(image, places);
        }
        catch (Exception error) when (error is KernelException or IOException)
        {
            // Whoever probes the file says so; there is nothing to compare with.
            return [];
        }
    }

    private static List<Diagnostic> In(ElfImage image, List<Place> places)
    {
        var (path, identity) = (places[0].File.Path, places[0].File.Identity);
        var parameters = new SiteParameters();
        foreach (var place in places)
        {
            parameters.Announce(image, identity, place.Sites, Asked);
        }

        var found = new List<Diagnostic>();
        foreach (var place in places)
        {
            foreach (var group in parameters.Of(image, identity, path, place.Sites, Asked).Groups)
            {
                found.AddRange(SourceContradictions.Of(place.Rule, (DebugSiteAbi)group.Abi, group.Sites[0].DisplayName));
            }
        }

        return found;
    }

    /// <summary>The sites of a rule in a file.</summary>
    private sealed record Place(Rule Rule, ProbeFile File, SiteResolution Sites);
}
