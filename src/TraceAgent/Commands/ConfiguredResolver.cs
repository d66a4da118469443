using TraceAgent.Configuration;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;

namespace TraceAgent.Commands;

/// <summary>Resolves rules of a command as the agent with the same configuration would.</summary>
internal static class ConfiguredResolver
{
    /// <param name="configuration">The configuration; null for a command without one.</param>
    public static ProbeResolver Of(AgentConfiguration? configuration) => new(
        permitted: configuration is null ? null : new PermittedBinaries(() => configuration.Binaries),
        folders: configuration?.DebugFolders,
        fetches: FetchesOfCommand.Of(configuration));
}
