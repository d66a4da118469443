using TraceAgent.Rules;
using TraceAgent.Rules.Keys;
using TraceAgent.Rules.Yaml;

namespace TraceAgent.Configuration;

/// <summary>The keys at the top of the agent configuration.</summary>
internal static class AgentKeys
{
    public static KeyTable<AgentDraft> Table { get; } = new(
        new Key<AgentDraft>(
            "rules",
            "The folder of rule files (*.yaml, *.yml), or one file.",
            """{"type":"string"}""",
            (agent, entry, bag) => agent.Rules = PathValue.Read(entry, agent, bag)),
        new Key<AgentDraft>(
            "outputs",
            "Where events go; all of them take every event.",
            """{"type":"array","minItems":1,"items":{"$ref":"#/definitions/output"}}""",
            ReadOutputs));

    private static void ReadOutputs(AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(DiagnosticCode.WrongType, entry.Value.At, $"'outputs' must be a list, not {entry.Value.Kind}", "begin each output with '- '");
            return;
        }

        if (list.Items.Count == 0)
        {
            bag.Error(DiagnosticCode.MissingKey, list.At, "'outputs' is empty", "leave the key out to write to standard output");
        }

        var consoles = 0;
        foreach (var item in list.Items)
        {
            var draft = new OutputDraft(agent);
            OutputKeys.Table.Read("an output", item, draft, bag);
            if (draft.Output is OutputConfiguration.Console && ++consoles > 1)
            {
                bag.Error(DiagnosticCode.KeyConflict, item.At, "there is already a console output");
            }
            else if (draft.Output is OutputConfiguration.File file && agent.Outputs.OfType<OutputConfiguration.File>().Any(o => o.Path == file.Path))
            {
                bag.Error(DiagnosticCode.KeyConflict, item.At, $"there is already an output to {Quoted.Clip(file.Path)}");
            }
            else if (draft.Output is { } output)
            {
                agent.Outputs.Add(output);
            }
        }
    }
}
