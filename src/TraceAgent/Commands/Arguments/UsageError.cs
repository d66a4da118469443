using System.CommandLine;
using System.CommandLine.Parsing;
using TraceAgent.Hosting;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Arguments;

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
            // When an option lacks its value, the parser reports what follows as well: show only the option's error.
            var ofOptions = parsed.Errors.Where(error => error.SymbolResult is OptionResult).ToList();
            var unknown = Unknown(parsed);
            IEnumerable<ParseError> errors = ofOptions.Count > 0 ? ofOptions : parsed.Errors;
            foreach (var message in ofOptions.Count == 0 && unknown is not null ? [unknown] : errors.Select(error => error.Message))
            {
                CommandError.Write(ExitCode.Usage, message);
            }
        }

        return CommandError.Write(ExitCode.Usage, "see 'traceagent --help'");
    }

    /// <summary>The message about a command or option that there is not, with what may have been meant; null when it is neither.</summary>
    private static string? Unknown(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is not [var wrong, ..])
        {
            return null;
        }

        if (wrong.StartsWith('-'))
        {
            var options = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
            return $"there is no option {wrong}{DidYouMean(wrong, options)}";
        }

        return command == parsed.RootCommandResult.Command
            ? $"there is no command '{wrong}'{DidYouMean(wrong, command.Subcommands.Select(one => one.Name))}"
            : null;
    }

    private static string DidYouMean(string wrong, IEnumerable<string> known) =>
        Suggestion.DidYouMean(wrong, known) is { } hint ? $"; {hint}" : "";
}
