using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Configuration;

/// <summary>Reads the text of the agent configuration to values and diagnostics. Takes any bytes without throwing.</summary>
internal static class AgentConfigurationReader
{
    /// <param name="displayPath">The name of the file in diagnostics.</param>
    /// <param name="baseDirectory">The folder, absolute, from which relative paths in the file start.</param>
    /// <param name="utf8">The whole file.</param>
    /// <param name="environment">The value of a variable, or null when it is not set.</param>
    public static AgentConfigurationFile Read(
        string displayPath, string baseDirectory, ReadOnlySpan<byte> utf8, Func<string, string?> environment)
    {
        var bag = new DiagnosticBag();
        var draft = new AgentDraft(baseDirectory, environment);
        var (source, text) = YamlText.Decode(displayPath, utf8, bag, out var isText);
        if (isText && YamlTreeReader.Read(source, text, bag) is { IsNull: false } root)
        {
            AgentKeys.Table.Read("the agent configuration", root, draft, bag);
        }

        var outputs = draft.Outputs.Count > 0 ? draft.Outputs.ToEquatableArray() : AgentConfiguration.Default.Outputs;
        var value = new AgentConfiguration(draft.Rules ?? AgentConfiguration.DefaultRules, outputs)
        {
            Defaults = draft.Defaults,
            Socket = draft.Socket,
            State = draft.State,
            WaitForPages = draft.WaitForPages,
            Flush = draft.Flush,
            DebugFolders = new DebugFolders([
                .. draft.DebugFolders, DebugFolders.OfPackages, .. draft.DebugServer is null ? [] : new[] { draft.DebugCache }]),
            DebugServer = draft.DebugServer is { } server ? (server, draft.DebugCache) : null,
            Metrics = new MetricsConfiguration(draft.MetricsListen, draft.MetricsTextfile),
            Binaries = new BinaryLists(draft.Allow.ToEquatableArray(), draft.Deny.ToEquatableArray()),
        };
        return new AgentConfigurationFile(bag.ErrorCount == 0 ? value : null, bag.InOrder().ToEquatableArray(), source);
    }
}
