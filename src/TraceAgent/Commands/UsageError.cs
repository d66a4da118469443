using System.CommandLine;
using System.CommandLine.Parsing;
using TraceAgent.Hosting;

namespace TraceAgent.Commands;

/// <summary>Describes what is wrong with a command line, in the program's own words where the parser's are for programmers.</summary>
internal static class UsageError
{
    /// <param name="parsed">The parse result, with errors.</param>
    /// <returns>The exit code, for the caller to return.</returns>
    public static int Write(ParseResult parsed)
    {
        var root = parsed.RootCommandResult;
        if (parsed.CommandResult == root && parsed.UnmatchedTokens.Count == 0)
        {
            CommandError.Write(ExitCode.Usage, "a command is needed:");
            foreach (var command in root.Command.Subcommands)
            {
                Console.Error.WriteLine($"  {command.Name,-8} {command.Description}");
            }
        }
        else
        {
            // Of an option without its value, the parser also finds what follows wrong.
            var ofOptions = parsed.Errors.Where(error => error.SymbolResult is OptionResult).ToList();
            foreach (var error in ofOptions.Count > 0 ? ofOptions : [.. parsed.Errors])
            {
                CommandError.Write(ExitCode.Usage, error.Message);
            }
        }

        return CommandError.Write(ExitCode.Usage, "see 'traceagent --help'");
    }
}
