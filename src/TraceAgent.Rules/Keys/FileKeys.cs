using TraceAgent.Rules.Yaml;

namespace TraceAgent.Rules.Keys;

/// <summary>The keys of a rule file.</summary>
internal static class FileKeys
{
    public static KeyTable<FileDraft> Table { get; } = new(
        new Key<FileDraft>("rules", "The rules of this file. Each one says where to look in which program and what to log.", """{"type":"array","items":{"$ref":"#/definitions/rule"}}""", ReadRules)
        {
            Required = true,
        });

    private static void ReadRules(FileDraft file, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(
                DiagnosticCode.WrongType,
                entry.Value.At,
                $"'rules' must be a list, not {entry.Value.Kind}",
                "begin each rule with '- '");
            return;
        }

        foreach (var item in list.Items.TakeWhile(_ => !bag.IsFull))
        {
            ReadRule(file, item, bag);
        }
    }

    private static void ReadRule(FileDraft file, YamlNode item, DiagnosticBag bag)
    {
        var errorsBefore = bag.ErrorCount;
        var draft = new RuleDraft(file.BaseDirectory);
        if (item.IsNull)
        {
            bag.Error(DiagnosticCode.MissingKey, item.At, "an entry of 'rules' is empty");
            return;
        }

        draft.Present = RuleKeys.Table.Read("a rule", item, draft, bag);
        if (draft.Name is { } name)
        {
            if (file.FirstUses.TryAdd(name.Value, name.At))
            {
                file.Names.Add(name);
            }
            else
            {
                bag.Add(DuplicateName.Of(name, file.FirstUses[name.Value]));
            }
        }

        var rule = RuleAssembly.Finish(draft, bag);
        if (rule is not null && bag.ErrorCount == errorsBefore)
        {
            file.Rules.Add(rule);
        }
    }
}
