using System.CommandLine;
using TraceAgent.Commands.Arguments;
using TraceAgent.Hosting;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Status;

namespace TraceAgent.Commands;

/// <summary><c>traceagent tail</c>: shows the lines of a running agent as they come.</summary>
internal static class TailCommand
{
    private const int StandardOutput = 1;

    /// <summary>EPIPE: whoever read the lines has seen enough.</summary>
    private const int BrokenPipe = 32;

    public static Command Create()
    {
        var socket = new SocketOptions();
        var json = new Option<bool>("--json") { Description = "Lines as JSON (CLEF), as the agent writes them by default" };
        var rule = new Option<string?>("--rule") { Description = "Only the lines of this rule", HelpName = "NAME" };
        rule.CompletionSources.Add(Completions.Rules(socket));
        var command = new Command(
            "tail",
            "Show the lines of the running agent as they come, whatever its outputs are, until Ctrl-C. Exit code 1 when no agent answers.")
        {
            socket.Socket, socket.Config, json, rule,
        };
        command.SetAction(parsed => socket.PathOf(parsed) is { } path
            ? Run(path, parsed.GetValue(json), parsed.GetValue(rule))
            : CommandError.Write(ExitCode.Failure, SocketOptions.None));
        return command;
    }

    private static int Run(string path, bool json, string? rule)
    {
        try
        {
            if (rule is not null && StatusClient.Ask(path) is var status
                && !status.Rules.Any(one => one.Rule == rule) && !status.Packets.Any(one => one.Rule == rule))
            {
                return CommandError.Write(ExitCode.Failure, StatusCommand.NoSuchRule(rule));
            }

            StatusClient.Follow(path, json, rule, lines => StandardDescriptor.Write(StandardOutput, lines));
            return ExitCode.Fine;
        }
        catch (StatusUnavailableException refusal)
        {
            return CommandError.Write(ExitCode.Failure, refusal.Message);
        }
        catch (IOException end) when (end.HResult == BrokenPipe)
        {
            return ExitCode.Fine;
        }
    }
}
