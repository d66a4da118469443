namespace TraceAgent.EndToEnd;

/// <summary>Real consumers read what the agent writes: the quick ones; <c>make test-pipelines</c> tries all.</summary>
public sealed class PipelineTests
{
    [Fact]
    public void Jq_rsyslog_and_receivers_of_OTLP_get_every_line_once_and_whole_while_files_roll()
    {
        var run = Command.Run(Path.Combine(Repository.Root, "tests/pipelines/run.sh"), "jq", "rsyslog", "otlp");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains("reached jq rsyslog otlp", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_configurations_of_the_examples_pass_check()
    {
        foreach (var configuration in Directory.GetFiles(Repository.Example("pipelines"), "agent.yaml", SearchOption.AllDirectories))
        {
            var check = Command.Run(Repository.Agent, "check", "--config", configuration, Repository.Example("libc-open/rules.yaml"));
            Assert.True(check.ExitCode == 0, check.Errors);
        }
    }
}
