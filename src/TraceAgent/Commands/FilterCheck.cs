using TraceAgent.Bpf.Packets;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Trust;
using TraceAgent.Linux;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands;

/// <summary>Checks packet rules: their lists, and the interfaces of this host.</summary>
/// <param name="present">The interfaces there are.</param>
/// <param name="trust">Decides which lists are trusted.</param>
internal sealed class FilterCheck(IReadOnlyList<NetworkInterface> present, PathTrust trust)
{
    private readonly PrefixSource _prefixes = new(trust);
    private readonly List<DesiredFilter> _filters = [];
    private readonly Dictionary<int, PacketRule> _holders = [];
    private readonly List<SourceText> _sources = [];

    /// <summary>The texts of their lists.</summary>
    public IReadOnlyList<SourceText> Sources => _sources;

    /// <summary>The rules that were checked, with their lists, in that order.</summary>
    public IReadOnlyList<DesiredFilter> Filters => _filters;

    public IReadOnlyList<Diagnostic> Judge(PacketRule rule)
    {
        var resolution = _prefixes.Resolve(rule);
        _filters.Add(resolution.Desired);
        _sources.AddRange(resolution.Diagnostics.Select(one => one.Source).OfType<SourceText>());
        return [.. resolution.Diagnostics.Select(one => one.Diagnostic), .. JudgeInterfaces(rule)];
    }

    private IEnumerable<Diagnostic> JudgeInterfaces(PacketRule rule)
    {
        var meant = present.Where(one => PacketPlan.Means(rule, one.Name)).ToList();
        if (meant.Count == 0)
        {
            yield return Diagnostic.Warning(
                CheckCodes.Pending, rule.Interface.At, PacketPlan.DescribeMissing(rule), "the rule waits until it appears");
        }

        foreach (var one in meant)
        {
            if (_holders.TryGetValue(one.Index, out var holder))
            {
                yield return Diagnostic.Warning(
                    CheckCodes.SharedInterface,
                    rule.Interface.At, $"{one.Name} has the packet rule '{holder.Name.Value}' already: an interface takes one",
                    "one rule may count and deny");
            }
            else
            {
                _holders.Add(one.Index, rule);
            }
        }
    }

    /// <summary>
    /// Loads what the rules need, and attaches nothing: a network card may go down for a moment when a program is tried on it.
    /// </summary>
    public IEnumerable<Diagnostic> TryLoad()
    {
        foreach (var (rule, lists) in _filters)
        {
            if (Refusal(rule, lists ?? PrefixLists.None) is { } refusal)
            {
                yield return Diagnostic.Error(CheckCodes.KernelRefused, rule.Name.At, refusal);
            }
        }
    }

    private static string? Refusal(PacketRule rule, PrefixLists lists)
    {
        try
        {
            using var filter = PacketFilter.Load(rule.Name.Value, PacketReconciler.OptionsOf(rule));
            filter.Update([.. lists.Deny], [.. lists.Allow]);
            return null;
        }
        catch (KernelException refusal)
        {
            return refusal.Message;
        }
    }
}
