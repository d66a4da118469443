using TraceAgent.Rules;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys at the top of the agent configuration.</summary>
internal static class AgentKeys
{
    public static KeyTable<AgentDraft> Table { get; } = new(
        new Key<AgentDraft>(
            "rules",
            "The folder of rule files (*.yaml, *.yml), or one file.",
            JsonSchema.String,
            (agent, entry, bag) => agent.Rules = PathValue.Read(entry, agent, bag)),
        new Key<AgentDraft>(
            "outputs",
            "Where events go; all of them take every event.",
            JsonSchema.Array.MinItems(1).Items(JsonSchema.Definition("output")),
            ReadOutputs),
        new Key<AgentDraft>(
            "defaults",
            "Defaults for rules that do not set these keys themselves.",
            JsonSchema.Definition("defaults"),
            (agent, entry, bag) => DefaultKeys.Table.Read("'defaults'", entry.Value, agent, bag)),
        new Key<AgentDraft>(
            "binaries",
            "Which programs and libraries rules may probe: all, unless this says otherwise.",
            JsonSchema.Definition("binaries"),
            ReadBinaries),
        new Key<AgentDraft>(
            "wait_for_pages",
            "The processes whose pages programs wait for when they are not in memory: "
                + "trusted (the default: root's, and that of programs with one thread), "
                + "trusted with a list of users, all, or none.",
            WaitValue.Schema,
            (agent, entry, bag) => agent.WaitForPages = WaitValue.Read(entry, bag) ?? agent.WaitForPages),
        new Key<AgentDraft>(
            "debug_info",
            "Where debug information of binaries is found, besides in themselves and in what packages install.",
            JsonSchema.Definition("debug_info"),
            DebugInfoKeys.Read),
        new Key<AgentDraft>(
            "flush",
            FlushValue.Description,
            FlushValue.Schema,
            (agent, entry, bag) => agent.Flush = FlushValue.Read(entry, bag) ?? agent.Flush),
        new Key<AgentDraft>(
            "socket",
            $"The unix socket that answers 'traceagent status', or none. {AgentConfiguration.DefaultSocket} unless it is set.",
            JsonSchema.String,
            (agent, entry, bag) => agent.Socket = entry.Value is YamlScalar { Value: "none" } ? null : PathValue.Read(entry, agent, bag)),
        new Key<AgentDraft>(
            "state",
            "A folder for the record of the last run: after a crash, the rule file that changed last is held back. "
                + "Or none. Without it the StateDirectory of the unit.",
            JsonSchema.String,
            (agent, entry, bag) => agent.State = entry.Value is YamlScalar { Value: AgentConfiguration.NoState }
                ? AgentConfiguration.NoState
                : PathValue.Read(entry, agent, bag)),
        new Key<AgentDraft>(
            "metrics",
            "The agent's own numbers for Prometheus.",
            JsonSchema.Definition("metrics"),
            ReadMetrics));

    private static void ReadBinaries(AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (BinaryKeys.Table.Read("'binaries'", entry.Value, agent, bag).Count == 0 && entry.Value is YamlMapping { Entries.Count: 0 })
        {
            bag.Error(DiagnosticCode.MissingKey, entry.Value.At, "'binaries' needs 'allow' or 'deny'", "deny: [/usr/sbin/sshd]");
        }
    }

    private static void ReadMetrics(AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (MetricsKeys.Table.Read("'metrics'", entry.Value, agent, bag).Count == 0 && entry.Value is YamlMapping { Entries.Count: 0 })
        {
            bag.Error(DiagnosticCode.MissingKey, entry.Value.At, "'metrics' needs 'listen' or 'textfile'", "listen: 127.0.0.1:9435");
        }
    }

    private static void ReadOutputs(AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(DiagnosticCode.WrongType,
                entry.Value.At, $"'outputs' must be a list, not {entry.Value.Kind}", "begin each output with '- '");
            return;
        }

        if (list.Items.Count == 0)
        {
            bag.Error(DiagnosticCode.MissingKey, list.At, "'outputs' is empty", "leave the key out to write to standard output");
        }

        foreach (var item in list.Items)
        {
            var draft = new OutputDraft(agent);
            OutputKeys.Table.Read("an output", item, draft, bag);
            if (draft.Output is not { } unnamed)
            {
                continue;
            }

            var output = unnamed with { Name = draft.Name };
            if (agent.Outputs.Exists(other => other.Target == output.Target))
            {
                bag.Error(DiagnosticCode.KeyConflict, item.At, $"there is already an output to {Quoted.Clip(output.Target)}");
            }
            else if (output.Name is { } name && agent.Outputs.Exists(other => other.Name == name))
            {
                bag.Error(DiagnosticCode.KeyConflict, item.At, $"there is already an output called '{name}'");
            }
            else
            {
                agent.Outputs.Add(output);
            }
        }
    }
}
