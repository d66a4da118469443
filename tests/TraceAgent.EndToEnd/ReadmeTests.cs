namespace TraceAgent.EndToEnd;

/// <summary>What README.md shows of the program is what it does.</summary>
public class ReadmeTests
{
    [Fact]
    public void The_recorded_session_is_what_a_terminal_shows()
    {
        var check = Command.Run(
            "env", $"TRACEAGENT_BINARY={Repository.Agent}", Path.Combine(Repository.Root, "scripts/record-session.sh"), "--check");

        Assert.True(check.ExitCode == 0, check.Errors);
    }
}
