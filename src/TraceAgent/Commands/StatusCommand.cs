using System.CommandLine;
using System.Text.Json;
using TraceAgent.Hosting;
using TraceAgent.Status;

namespace TraceAgent.Commands;

/// <summary><c>traceagent status</c>: shows the status of a running agent.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var socket = new SocketOptions();
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var watch = new Option<bool>("--watch") { Description = "Again every 2 s, until stopped" };
        var rule = new Option<string?>("--rule")
        {
            Description = "Only this rule, in full, with a histogram of how long its calls took",
            HelpName = "NAME",
        };
        var command = new Command(
            "status", "Show the rules of the running agent: state, calls, outcomes, cost. Exit code 1 when no agent answers.")
        {
            socket.Socket, socket.Config, json, watch, rule,
        };
        command.SetAction(parsed => socket.PathOf(parsed) is { } path
            ? Run(path, parsed.GetValue(json), parsed.GetValue(watch), parsed.GetValue(rule))
            : CommandError.Write(ExitCode.Failure, SocketOptions.None));
        return command;
    }

    /// <summary>The message about a rule that the agent does not have.</summary>
    public static string NoSuchRule(string rule) => $"the agent has no rule '{rule}'";

    private static int Run(string path, bool json, bool watch, string? rule)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        while (true)
        {
            try
            {
                var status = StatusClient.Ask(path);
                if (rule is not null)
                {
                    status = status with
                    {
                        Rules = [.. status.Rules.Where(one => one.Rule == rule)],
                        Packets = [.. status.Packets.Where(one => one.Rule == rule)],
                    };
                    if (status.Rules.Count + status.Packets.Count == 0)
                    {
                        return CommandError.Write(ExitCode.Failure, NoSuchRule(rule));
                    }
                }

                if (watch && !json && !Console.IsOutputRedirected)
                {
                    // Home, and clear what is below (ECMA-48: CUP, ED).
                    output.Write("\e[H\e[J");
                }

                var text = (json, rule, status.Rules) switch
                {
                    (true, _, _) => JsonSerializer.Serialize(status, StatusJson.Readable.AgentStatus),
                    (_, null, _) => StatusTable.Of(status, DateTime.UtcNow),
                    (_, _, [var one, ..]) => StatusTable.Details(one, DateTime.UtcNow),
                    _ => PacketTable.Details(status.Packets[0]),
                };
                output.WriteLine(text.TrimEnd('\n'));
                output.Flush();
            }
            catch (StatusUnavailableException refusal)
            {
                return CommandError.Write(ExitCode.Failure, refusal.Message);
            }

            if (!watch)
            {
                return ExitCode.Fine;
            }

            Thread.Sleep(Interval);
        }
    }
}
