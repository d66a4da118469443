using System.CommandLine;
using System.Text.Json;
using TraceAgent.Commands.Arguments;
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
        var watch = new Option<bool>("--watch")
        {
            Description = "Again every 2 s, until stopped; on a terminal as a screen of rates, costs and durations",
        };
        var all = new Option<bool>("--all") { Description = "Also rules that are in no file any more" };
        var rule = new Option<string?>("--rule")
        {
            Description = "Only this rule, in full, with a histogram of how long its calls took",
            HelpName = "NAME",
        };
        rule.CompletionSources.Add(Completions.Rules(socket));
        var command = new Command(
            "status", "Show the rules of the running agent: state, calls, outcomes, cost. Exit code 1 when no agent answers.")
        {
            socket.Socket, socket.Config, json, watch, all, rule,
        };
        command.SetAction(parsed => socket.PathOf(parsed) is { } path
            ? Run(path, parsed.GetValue(watch), new Wanted(parsed.GetValue(json), parsed.GetValue(all), parsed.GetValue(rule)))
            : CommandError.Write(ExitCode.Failure, SocketOptions.None));
        return command;
    }

    /// <summary>The message about a rule that the agent does not have.</summary>
    public static string NoSuchRule(string rule) => $"the agent has no rule '{rule}'";

    private static int Run(string path, bool watch, Wanted wanted)
    {
        try
        {
            if (watch && !wanted.Json && !Console.IsOutputRedirected)
            {
                using var screen = new StatusWatch(() => Ask(path, wanted.Rule), wanted.Rule);
                return screen.Run();
            }

            using var output = new StreamWriter(Console.OpenStandardOutput());
            while (true)
            {
                output.WriteLine(TextOf(Ask(path, wanted.Rule), wanted).TrimEnd('\n'));
                output.Flush();
                if (!watch)
                {
                    return ExitCode.Fine;
                }

                Thread.Sleep(Interval);
            }
        }
        catch (StatusUnavailableException refusal)
        {
            return CommandError.Write(ExitCode.Failure, refusal.Message);
        }
    }

    /// <exception cref="StatusUnavailableException">No agent answers, or it does not have the rule.</exception>
    private static AgentStatus Ask(string path, string? rule)
    {
        var status = StatusClient.Ask(path);
        if (rule is null)
        {
            return status;
        }

        status = status with
        {
            Rules = [.. status.Rules.Where(one => one.Rule == rule)],
            Packets = [.. status.Packets.Where(one => one.Rule == rule)],
        };
        return status.Rules.Count + status.Packets.Count > 0 ? status : throw new StatusUnavailableException(NoSuchRule(rule));
    }

    private static string TextOf(AgentStatus status, Wanted wanted) => (wanted.Json, wanted.Rule, status.Rules) switch
    {
        (true, _, _) => JsonSerializer.Serialize(status, StatusJson.Readable.AgentStatus),
        (_, null, _) => StatusTable.Of(status, DateTime.UtcNow, wanted.All),
        (_, _, [var one, ..]) => StatusTable.Details(one, DateTime.UtcNow),
        _ => PacketTable.Details(status.Packets[0]),
    };

    /// <param name="Json">The JSON object, rather than text for people.</param>
    /// <param name="All">Rules that are in no file any more as well.</param>
    /// <param name="Rule">The one rule to show in full; null for all.</param>
    private sealed record Wanted(bool Json, bool All, string? Rule);
}
