using System.CommandLine;
using TraceAgent.Hosting;
using TraceAgent.Rules;

namespace TraceAgent.Commands;

/// <summary><c>traceagent schema</c>: what editors need to complete and check rule files.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema (draft-07) of rule files.");
        command.SetAction(_ =>
        {
            using var output = Console.OpenStandardOutput();
            RuleSchema.Write(output);
            return ExitCode.Fine;
        });
        return command;
    }
}
