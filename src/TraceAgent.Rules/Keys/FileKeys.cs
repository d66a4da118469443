using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Keys.Packets;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys;

/// <summary>The keys of a rule file.</summary>
internal static class FileKeys
{
    public static KeyTable<FileDraft> Table { get; } = new(
        new Key<FileDraft>(
            "rules",
            "The rules of this file. Each one says where to look in which program and what to log.",
            JsonSchema.Array.Items(JsonSchema.Definition("rule")),
            (file, entry, bag) => ReadList(entry, bag, item => ReadRule(file, item, bag))),
        new Key<FileDraft>(
            "packets",
            "The packet rules of this file. Each one says which packets to count, and which to drop, at a network interface.",
            JsonSchema.Array.Items(JsonSchema.Definition("packets")),
            (file, entry, bag) => ReadList(entry, bag, item => ReadPackets(file, item, bag))))
    {
        AtLeastOneOf = ["rules", "packets"],
        TakesExtensions = true,
    };

    private static void ReadList(YamlEntry entry, DiagnosticBag bag, Action<YamlNode> read)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(
                DiagnosticCode.WrongType,
                entry.Value.At,
                $"'{entry.Key.Value}' must be a list, not {entry.Value.Kind}",
                "begin each rule with '- '");
            return;
        }

        foreach (var item in list.Items.TakeWhile(_ => !bag.IsFull))
        {
            if (item.IsNull)
            {
                bag.Error(DiagnosticCode.MissingKey, item.At, $"an entry of '{entry.Key.Value}' is empty");
            }
            else
            {
                read(item);
            }
        }
    }

    private static void ReadRule(FileDraft file, YamlNode item, DiagnosticBag bag)
    {
        var errorsBefore = bag.ErrorCount;
        var draft = new RuleDraft(file.BaseDirectory);
        draft.Present = RuleKeys.Table.Read("a rule", item, draft, bag);
        Enter(file, draft, bag);
        var rule = RuleAssembly.Finish(draft, bag);
        if (rule is not null && bag.ErrorCount == errorsBefore)
        {
            file.Rules.Add(rule);
        }
        else if (RuleAssembly.PlaceOf(draft) is { } place)
        {
            file.Places.Add(place);
        }
    }

    private static void ReadPackets(FileDraft file, YamlNode item, DiagnosticBag bag)
    {
        var errorsBefore = bag.ErrorCount;
        var draft = new PacketDraft(file.BaseDirectory);
        draft.Present = PacketKeys.Table.Read("a packet rule", item, draft, bag);
        if (Enter(file, draft, bag) is { } name)
        {
            file.PacketNames.Add(name);
        }

        var rule = PacketAssembly.Finish(draft, bag);
        if (rule is not null && bag.ErrorCount == errorsBefore)
        {
            file.Packets.Add(rule);
        }
    }

    /// <summary>Counts a rule and takes its name; null when there is none, or another rule of the file has it.</summary>
    private static string? Enter(FileDraft file, LineDraft draft, DiagnosticBag bag)
    {
        file.Entries++;
        if (draft.Name is not { } name)
        {
            return null;
        }

        if (file.FirstUses.TryAdd(name.Value, name.At))
        {
            file.Names.Add(name);
            return name.Value;
        }

        bag.Add(DuplicateName.Of(name, file.FirstUses[name.Value]));
        return null;
    }
}
