using System.CommandLine;
using TraceAgent.Commands;
using TraceAgent.Hosting;

var root = new RootCommand("Adds log lines to programs that are already running: rules in YAML, events as JSON lines.")
{
    RunCommand.Create(),
    CheckCommand.Create(),
    SchemaCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        CommandError.Write(ExitCode.Usage, error.Message);
    }

    return CommandError.Write(ExitCode.Usage, "see 'traceagent --help'");
}

// The host ends the agent by itself on a signal; the parser's own time limit would cut its totals off.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
