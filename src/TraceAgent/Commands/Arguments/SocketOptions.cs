using System.CommandLine;
using TraceAgent.Configuration;

namespace TraceAgent.Commands.Arguments;

/// <summary>The options of commands that talk to a running agent: where its socket is.</summary>
internal sealed class SocketOptions
{
    public const string None = "the agent configuration says 'socket: none'; give --socket PATH";

    public Option<string?> Socket { get; } = new("--socket")
    {
        Description = "The agent's socket, instead of the configuration's",
        HelpName = "PATH",
    };

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Agent configuration that names the socket",
        HelpName = "FILE",
    };

    /// <summary>The absolute path of the socket; null when the configuration says that there is none.</summary>
    public string? PathOf(ParseResult parsed)
    {
        var path = parsed.GetValue(Socket)
            ?? (AgentConfigurationFile.Load(parsed.GetValue(Config)).Value
                is { } configuration ? configuration.Socket : AgentConfiguration.DefaultSocket);
        return path is null ? null : Path.GetFullPath(path);
    }
}
