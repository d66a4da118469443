using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml;

/// <summary>
/// Puts what anchors (<c>&amp;name</c>) name in the place of aliases (<c>*name</c>) and merge keys (<c>&lt;&lt;</c>). Text keeps the place
/// where it stands, and gains the line of the alias that leads to it.
/// </summary>
/// <param name="bag">Receives the errors.</param>
internal sealed class YamlAliases(DiagnosticBag bag)
{
    /// <summary>The key that merges another mapping into its own.</summary>
    public const string MergeKey = "<<";

    /// <summary>The maximum number of nodes that the aliases of a file may add, so that few lines cannot stand for millions.</summary>
    private const int MaxNodes = 1 << 16;

    /// <summary>The maximum number of characters that they may add: as many as a file may have.</summary>
    private const int MaxCharacters = 1 << 20;

    private readonly Dictionary<string, Anchored> _anchors = [];
    private int _nodes;
    private int _characters;

    private bool IsFull => _nodes > MaxNodes || _characters > MaxCharacters;

    /// <summary>Opens an anchor: aliases of it are refused until its node is complete.</summary>
    public void Open(string name) => _anchors[name] = new Anchored(null, 0);

    /// <param name="name">The name of the anchor; a later one takes the place of an earlier one.</param>
    /// <param name="node">The node that it is at.</param>
    public void Close(string name, YamlNode node) => _anchors[name] = new Anchored(node, DepthOf(node));

    /// <summary>The node that an alias stands for; an empty one when there is none, which is reported.</summary>
    /// <param name="name">The anchor's name.</param>
    /// <param name="at">The place of the alias.</param>
    /// <param name="depth">The depth of the alias in the tree, from 1.</param>
    public YamlNode Resolve(string name, SourceSpan at, int depth)
    {
        if (!_anchors.TryGetValue(name, out var anchored))
        {
            var near = Suggestion.Nearest(name, _anchors.Keys);
            return Refuse(
                DiagnosticCode.UnsupportedYaml, at, $"no anchor '&{Quoted.Clip(name)}' is before this alias",
                near is null ? "text that begins with '*' needs quotes" : $"did you mean '*{Quoted.Clip(near)}'?");
        }

        if (anchored.Node is not { } node)
        {
            return Refuse(
                DiagnosticCode.UnsupportedYaml, at, $"the alias '*{Quoted.Clip(name)}' is inside of what its anchor names",
                "write the value out");
        }

        if (depth + anchored.Depth - 1 > YamlTreeReader.DeepestNesting)
        {
            return Refuse(
                DiagnosticCode.TooLarge, at, $"with this alias, lists and mappings nest deeper than {YamlTreeReader.DeepestNesting}", null);
        }

        if (IsFull)
        {
            return Nothing(at);
        }

        var copy = CopyOf(node, at.Line);
        return !IsFull ? copy : Refuse(
            DiagnosticCode.TooLarge, at,
            FormattableString.Invariant($"the aliases of this file stand for more than {MaxNodes:N0} values, or 1 MiB of text"), null);
    }

    /// <summary>The entries of a mapping, and those that it does not have itself of the mappings that its merge key leads to.</summary>
    /// <param name="own">The entries as they were written.</param>
    public List<YamlEntry> Merge(List<YamlEntry> own)
    {
        var merges = own.FindAll(IsMerge);
        if (merges.Count == 0)
        {
            return own;
        }

        foreach (var other in merges.Skip(1))
        {
            bag.Error(
                DiagnosticCode.DuplicateKey, other.Key.At, $"'{MergeKey}' is already set in line {merges[0].Key.At.Line}",
                "one '<<' takes a list: '<<: [*one, *other]'");
        }

        var entries = own.FindAll(entry => !IsMerge(entry));
        var known = entries.Select(entry => entry.Key.Value).ToHashSet();
        foreach (var source in SourcesOf(merges[0].Value))
        {
            if (source is not YamlMapping mapping)
            {
                bag.Error(
                    DiagnosticCode.WrongType, source.At, $"'{MergeKey}' takes a mapping, or a list of mappings, not {source.Kind}",
                    $"'{MergeKey}: *name' takes the keys of the mapping with the anchor '&name'");
                continue;
            }

            entries.AddRange(mapping.Entries.Where(entry => !known.Contains(entry.Key.Value)));
            known.UnionWith(mapping.Entries.Select(entry => entry.Key.Value));
        }

        return entries;
    }

    private static bool IsMerge(YamlEntry entry) => entry.Key is { Value: MergeKey, IsPlain: true };

    private static IEnumerable<YamlNode> SourcesOf(YamlNode value) => value is YamlSequence list ? list.Items : [value];

    private YamlScalar Refuse(string code, SourceSpan at, string message, string? hint)
    {
        bag.Error(code, at, message, hint);
        return Nothing(at);
    }

    private YamlScalar Nothing(SourceSpan at)
    {
        bag.LeaveOut(at);
        return new YamlScalar(at, "", IsPlain: false, TextColumn: 0);
    }

    private YamlNode CopyOf(YamlNode node, int line)
    {
        _nodes++;
        if (IsFull)
        {
            return node;
        }

        var at = node.At with { AliasLine = line };
        switch (node)
        {
            case YamlSequence list:
                return list with { At = at, Items = [.. list.Items.Select(item => CopyOf(item, line))] };
            case YamlMapping mapping:
                return mapping with
                {
                    At = at,
                    Entries = [.. mapping.Entries.Select(
                        entry => new YamlEntry((YamlScalar)CopyOf(entry.Key, line), CopyOf(entry.Value, line)))],
                };
            default:
                _characters += ((YamlScalar)node).Value.Length;
                return node with { At = at };
        }
    }

    private static int DepthOf(YamlNode node) => 1 + node switch
    {
        YamlSequence list => list.Items.Select(DepthOf).DefaultIfEmpty().Max(),
        YamlMapping mapping => mapping.Entries.Select(entry => DepthOf(entry.Value)).DefaultIfEmpty().Max(),
        _ => 0,
    };

    /// <summary>A node with an anchor.</summary>
    /// <param name="Node">The node; null while it is being read.</param>
    /// <param name="Depth">The number of levels that it has, itself included.</param>
    private readonly record struct Anchored(YamlNode? Node, int Depth);
}
