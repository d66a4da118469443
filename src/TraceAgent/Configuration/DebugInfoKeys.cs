using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys of <c>debug_info:</c>.</summary>
internal static class DebugInfoKeys
{
    public const string DefaultCache = "/var/cache/traceagent";

    private const int MaxFolders = 16;

    public static KeyTable<AgentDraft> Table { get; } = new(
        new Key<AgentDraft>(
            "folders",
            "Folders with separate debug information, laid out as /usr/lib/debug, in which the agent looks first.",
            JsonSchema.Array.MinItems(1).MaxItems(MaxFolders).Items(JsonSchema.String.MinLength(1).Examples("/srv/debug")),
            ReadFolders),
        new Key<AgentDraft>(
            "server",
            "A debuginfod server that is asked for what is missing, such as https://debuginfod.debian.net; none without this key.",
            JsonSchema.String.Pattern("^https?://").Examples("https://debuginfod.debian.net"),
            (agent, entry, bag) => agent.DebugServer = ReadServer(entry, agent, bag)),
        new Key<AgentDraft>(
            "cache",
            $"The folder that keeps what the server sent, at most 4 GiB: {DefaultCache} unless it is set.",
            JsonSchema.String.MinLength(1),
            (agent, entry, bag) => agent.DebugCache = PathValue.Read(entry, agent, bag) ?? DefaultCache));

    /// <summary>Reads the mapping; an empty one is an error.</summary>
    public static void Read(AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (Table.Read("'debug_info'", entry.Value, agent, bag).Count == 0 && entry.Value is YamlMapping { Entries.Count: 0 })
        {
            bag.Error(DiagnosticCode.MissingKey, entry.Value.At, "'debug_info' needs 'folders' or 'server'", "folders: [/srv/debug]");
        }
    }

    private static Uri? ReadServer(YamlEntry entry, AgentDraft agent, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar || EnvironmentText.Expand(scalar, agent, bag) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https" && server.UserInfo.Length == 0)
        {
            return server;
        }

        bag.Error(
            DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(text)}' is not the address of a server",
            "such as https://debuginfod.debian.net");
        return null;
    }

    private static void ReadFolders(AgentDraft agent, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            bag.Error(DiagnosticCode.WrongType,
                entry.Value.At, $"'folders' must be a list, not {entry.Value.Kind}", "in brackets: [/srv/debug]");
            return;
        }

        if (list.Items.Count is 0 or > MaxFolders)
        {
            bag.Error(DiagnosticCode.InvalidValue, list.At, $"'folders' must list 1 to {MaxFolders} folders, not {list.Items.Count}");
            return;
        }

        foreach (var item in list.Items)
        {
            if (PathValue.Read(new YamlEntry(entry.Key, item), agent, bag) is { } path)
            {
                agent.DebugFolders.Add(path);
            }
        }
    }
}
