using System.CommandLine;
using TraceAgent.Configuration;
using TraceAgent.Hosting;
using TraceAgent.Rules.Files;

namespace TraceAgent.Commands;

/// <summary><c>traceagent schema</c>: prints what editors need to complete and check its files.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var agent = new Option<bool>("--agent") { Description = "Of the agent configuration (agent.yaml) instead" };
        var command = new Command("schema", "Print the JSON Schema (draft-07) of rule files.") { agent };
        command.SetAction(parsed =>
        {
            using var output = Console.OpenStandardOutput();
            if (parsed.GetValue(agent))
            {
                AgentSchema.Write(output);
            }
            else
            {
                RuleSchema.Write(output);
            }

            return ExitCode.Fine;
        });
        return command;
    }
}
