using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;
using TraceAgent.Rules.Binding;
using TraceAgent.Rules.Binding.Expressions;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Resolving;

/// <summary>Makes parts of probes of the sites in one file.</summary>
public static class ProbeParts
{
    /// <summary>The parts in a file that is held open, whatever its path leads to now.</summary>
    /// <param name="file">The file.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="folders">The folders with separate debug information; null for that of packages.</param>
    public static IReadOnlyList<ProbePart> In(PinnedFile file, Rule rule, DebugFolders? folders)
    {
        using var image = ElfImage.TryOpen(file.InodePath, file.Path, out _, folders);
        if (image is null)
        {
            return [];
        }

        var present = new PresentFile(new TargetFile(file.Path), file.Identity);
        var found = SiteFinder.Find(rule, image, file.Path);
        if (rule.NeedsDebugInfo)
        {
            found = new DebugSites().Of(rule, image, present, found);
        }

        return At(found, present, new RuleBindings(rule), new RuleProblems(rule));
    }

    /// <summary>The parts at sites that have all that the rule asks for.</summary>
    /// <param name="found">The sites.</param>
    /// <param name="present">The file with the sites.</param>
    /// <param name="bindings">The rule at kinds of places.</param>
    /// <param name="problems">Receives what the other sites have not.</param>
    internal static List<ProbePart> At(SiteResolution found, PresentFile present, RuleBindings bindings, RuleProblems problems)
    {
        var (file, identity) = present;
        var parts = new List<ProbePart>();
        var groups = found.Groups.Select(group => (Group: group, Bound: bindings.At(group.Abi)));
        foreach (var (group, bound) in groups.OrderBy(one => one.Bound.Problems.Count))
        {
            if (bound.Problems.Count == 0)
            {
                bound.FunctionNames?.Load();
                parts.Add(new ProbePart(bound, [new ProbeFile(file.Path, identity, group.Sites) { Source = file.Source }]));
            }
            else
            {
                // Of several places that the rule means, those that have all it asks for are probed.
                foreach (var problem in bound.Problems)
                {
                    problems.Add(problem with
                    {
                        Severity = parts.Count == 0 || bindings.RefusesMissing ? Severity.Error : Severity.Warning,
                        Message = $"{problem.Message} at {Places(group.Sites)} in {file.Path}",
                    });
                }
            }
        }

        return parts;
    }

    private static string Places(EquatableArray<ProbeSite> sites)
    {
        const int max = 3;
        var names = sites.Select(site => site.DisplayName).Distinct().ToList();
        return names.Count <= max ? string.Join(", ", names) : $"{string.Join(", ", names.Take(max))} and {names.Count - max} more";
    }
}
