using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>What README.md shows of the program is what it does.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void The_recorded_session_is_what_a_terminal_shows()
    {
        var check = Command.Run(
            "env", $"TRACEAGENT_BINARY={Repository.Agent}", Path.Combine(Repository.Root, "scripts/record-session.sh"), "--check");

        Assert.True(check.ExitCode == 0, check.Errors);
    }

    [Fact]
    public void Every_command_and_option_is_in_the_table_or_on_the_page_of_the_command()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var commands = CommandName().Matches(Command.OutputOf(Repository.Agent, "--help")).Select(match => match.Groups[1].Value).ToList();

        Assert.Contains("run", commands);
        foreach (var command in commands)
        {
            var explained = command == "trace"
                ? File.ReadAllText(Path.Combine(Repository.Root, "docs/trace.md"))
                : Regex.Match(readme, $@"(?m)^\| `{command}\b.*$").Value;
            var options = Option().Matches(Command.OutputOf(Repository.Agent, command, "--help"))
                .Select(match => match.Groups[1].Value).Where(option => option != "--help").Distinct();

            Assert.All(options, option => Assert.Matches($@"{option}(?![\w-])", explained));
        }
    }

    [GeneratedRegex("^  ([a-z]+)  ", RegexOptions.Multiline)]
    private static partial Regex CommandName();

    [GeneratedRegex("^  (?:-[a-z?], )*(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Option();
}
