using System.CommandLine;
using System.Runtime.InteropServices;
using TraceAgent.Commands;
using TraceAgent.Commands.Arguments;
using TraceAgent.Engine.DebugInfo;
using TraceAgent.Events.Outputs;
using TraceAgent.Hosting;
using TraceAgent.Linux.ThisProcess;

const int standardError = 2;

// The confined child that reads debug information (DebugInfoClient starts it): it needs nothing else of the agent.
if (args is [DebugInfoChild.Verb, var files])
{
    return DebugInfoChild.Run(files);
}

if (!OpenFileLimit.IsEnough())
{
    return ExitCode.NotPermitted;
}

var isRun = args is ["run", ..];

// A hangup reloads a running agent; one that comes before there is anything to reload must not end it.
using var hangup = isRun ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true) : null;
if (!StandardDescriptor.IsWritable(standardError))
{
    // The caller closed standard error; its number may belong to a file of the runtime by now.
    Console.SetError(TextWriter.Null);
}

WorkingFolder.Ensure();
var root = new RootCommand("Adds log lines to programs that are already running: rules in YAML, events as JSON lines.")
{
    RunCommand.Create(),
    CheckCommand.Create(),
    ResolveCommand.Create(),
    StatusCommand.Create(),
    TailCommand.Create(),
    DoctorCommand.Create(),
    TraceCommand.Create(),
    SymbolsCommand.Create(),
    LinesCommand.Create(),
    SchemaCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return UsageError.Write(parsed);
}

try
{
    // The host ends the agent by itself on a signal; the parser's own time limit would cut its totals off.
    var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = isRun };
    return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
}
catch (Exception refusal) when (!isRun && (refusal is IOException or UnauthorizedAccessException))
{
    return CommandError.Write(ExitCode.Failure, OutputFailure.Of("write", "standard output", refusal).Reason);
}
