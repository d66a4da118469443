using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys of <c>binaries:</c>.</summary>
internal static class BinaryKeys
{
    private static JsonSchema PatternsSchema => JsonSchema.Array.MinItems(1)
        .Items(JsonSchema.String.MinLength(1).Examples("/srv/**", "/opt/*/bin/*", "/usr/sbin/sshd"));

    public static KeyTable<AgentDraft> Table { get; } = new(
        new Key<AgentDraft>(
            "allow",
            "Only these files may be probed. * and ? stand for characters of one name, ** for any folders: /srv/**.",
            PatternsSchema,
            (agent, entry, bag) => Read(agent.Allow, agent, entry, bag)),
        new Key<AgentDraft>(
            "deny",
            "These files may not be probed, whatever 'allow' says.",
            PatternsSchema,
            (agent, entry, bag) => Read(agent.Deny, agent, entry, bag)));

    private static void Read(List<string> patterns, AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(DiagnosticCode.WrongType,
                entry.Value.At, $"'{entry.Key.Value}' must be a list, not {entry.Value.Kind}", "in brackets: [/srv/**]");
            return;
        }

        if (list.Items.Count == 0)
        {
            bag.Error(DiagnosticCode.MissingKey,
                list.At, $"'{entry.Key.Value}' is empty", "leave the key out for no restriction; deny: [\"/**\"] refuses everything");
        }

        foreach (var item in list.Items)
        {
            if (PathValue.Read(new YamlEntry(entry.Key, item), agent, bag) is { } pattern)
            {
                patterns.Add(pattern);
            }
        }
    }
}
