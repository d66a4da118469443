using System.CommandLine;
using TraceAgent.Configuration;
using TraceAgent.Hosting;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Linux.ThisProcess;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Arguments;

/// <summary>The option <c>--config</c> of commands that take a part of the agent configuration.</summary>
internal static class ConfigOption
{
    /// <param name="description">The description, which says what they take of it.</param>
    public static Option<string?> Create(string description) => new("--config") { Description = description, HelpName = "FILE" };

    /// <summary>Reads the file. What is wrong with it is written to standard error.</summary>
    /// <param name="path">The path; null when the option is not given.</param>
    /// <param name="configuration">The configuration; null when the option is not given, and for one with errors.</param>
    /// <returns>The exit code of a command that cannot go on; null when it can.</returns>
    public static int? Read(string? path, out AgentConfiguration? configuration)
    {
        configuration = null;
        if (path is null)
        {
            return null;
        }

        if (RulePaths.FirstMissing([path]) is { } missing)
        {
            return CommandError.Write(ExitCode.Usage, $"{missing}: no such file or folder");
        }

        var file = AgentConfigurationFile.Load(path);
        configuration = file.Value;
        if (configuration is not null)
        {
            return null;
        }

        DiagnosticWriter.WriteText(
            Console.Error, file.Diagnostics, new Dictionary<string, SourceText> { [file.Source.Path] = file.Source },
            TerminalColours.OnStandardError, TerminalColours.ColumnsOnStandardError);
        return ExitCode.Failure;
    }
}
