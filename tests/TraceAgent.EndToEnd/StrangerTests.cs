namespace TraceAgent.EndToEnd;

/// <summary>
/// Texts in pages that somebody else has to provide, who may never do it: the program is not kept waiting, the agent ends at
/// once, and what is said of the value is true.
/// </summary>
public sealed class StrangerTests : IDisposable
{
    private const string Text = "from a stranger";
    private const int Nobody = 65534;

    /// <summary>More than an agent needs to detach, and less than the server of a test takes.</summary>
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(3);

    private readonly Workspace _workspace = new();
    private readonly string _executable = TracedProgram.Compile("strangers");

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("fuse", -1)]
    [InlineData("fuse", 10_000)]
    [InlineData("overlay-of-fuse", -1)]
    [InlineData("userfaultfd", -1)]
    [InlineData("userfaultfd", 10_000)]
    [InlineData("userfaultfd-of-memfd", -1)]
    public void A_page_that_a_stranger_provides_is_a_fault_at_once_and_the_agent_ends(string kind, int delayMs)
    {
        foreach (var method in new[] { AttachMethod.Multi, AttachMethod.Perf })
        {
            using var agent = AgentProcess.Start(method, Rules("args: [text: string]"));
            using var program = Start(kind, delayMs, user: 0, threads: 1);

            Assert.Equal("called", program.Ask("call"));

            AssertNotResident(agent);
            AssertStopsAtOnce(agent);
        }
    }

    [Theory]
    [InlineData("file")]
    [InlineData("tmpfs")]
    [InlineData("ramfs")]
    [InlineData("overlay")]
    public void A_page_of_a_local_file_system_is_read_also_when_the_program_has_not_touched_it(string kind)
    {
        foreach (var (user, threads) in new[] { (0, 1), (0, 2), (Nobody, 1) })
        {
            using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("args: [text: string]"));
            using var program = Start(kind, 0, user, threads);

            Assert.Equal("called", program.Ask("call"));

            Assert.Equal(Text, Assert.Single(agent.WaitForEvents("take")).Json.GetProperty("args").GetProperty("text").GetString());
        }
    }

    [Theory]
    [InlineData("zeros")]
    [InlineData("anonymous")]
    public void Memory_that_nobody_has_written_to_is_read(string kind)
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("args: [text: string]"));
        using var program = Start(kind, 0, user: 0, threads: 2);

        program.Ask("call");

        Assert.Equal("", Assert.Single(agent.WaitForEvents("take")).Json.GetProperty("args").GetProperty("text").GetString());
    }

    [Fact]
    public void A_stranger_with_threads_is_not_waited_for_and_its_text_is_read_when_it_is_there()
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("args: [text: string]"));
        using var program = Start("file", 0, Nobody, threads: 2);

        program.Ask("call");
        AssertNotResident(agent);
        Assert.Equal(Text, program.Ask("own"));
        program.Ask("call");

        Assert.Equal(Text, agent.WaitForEvents("take", 2)[1].Json.GetProperty("args").GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("wait_for_pages: all", 2, true)]
    [InlineData("wait_for_pages: [nobody]", 2, true)]
    [InlineData("wait_for_pages: [65534]", 2, true)]
    [InlineData("wait_for_pages: [daemon]", 2, false)]
    [InlineData("wait_for_pages: [daemon]", 1, true)]
    public void The_configuration_says_whose_pages_are_waited_for(string configuration, int threads, bool isRead)
    {
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, Rules("args: [text: string]"), "--config", _workspace.Write("agent.yaml", configuration));
        using var program = Start("file", 0, Nobody, threads);

        program.Ask("call");

        var line = Assert.Single(agent.WaitForEvents("take")).Json;
        Assert.Equal(isRead ? Text : null, line.GetProperty("args").GetProperty("text").GetString());
    }

    [Fact]
    public void Nothing_is_waited_for_with_wait_for_pages_none_nor_with_reads_plain()
    {
        var configuration = _workspace.Write("agent.yaml", "wait_for_pages: none");
        foreach (var (keys, options) in new (string[], string[])[] { (["reads: plain"], []), ([], ["--config", configuration]) })
        {
            using var agent = AgentProcess.Start(AttachMethod.Multi, Rules(["args: [text: string]", .. keys]), options);
            using var program = Start("file", 0, user: 0, threads: 1);

            program.Ask("call");

            Assert.Equal("fault", ProblemOf(Assert.Single(agent.WaitForEvents("take"))));
        }
    }

    [Fact]
    public void A_condition_on_a_page_that_a_stranger_provides_is_not_true_and_is_counted()
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("args: [text: string]", "when: text == 'from a stranger'"));
        using var program = Start("userfaultfd", -1, user: 0, threads: 1);

        program.Ask("call");
        agent.Stop();

        Assert.Equal((1, 1), (agent.Totals("take").Calls, agent.Totals("take").Filtered));
    }

    [Fact]
    public void Of_several_values_only_those_that_are_not_there_are_said_to_be()
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("args: [text: string, nowhere: string]"));
        using var program = Start("userfaultfd", -1, user: 0, threads: 1);

        program.Ask("call");

        var problems = Assert.Single(agent.WaitForEvents("take")).Json.GetProperty("problems");
        Assert.Equal("fault,not_resident", problems.GetProperty("text").GetString());
        Assert.Equal("fault", problems.GetProperty("nowhere").GetString());
    }

    [Theory]
    [InlineData("on: return", "ret: string")]
    [InlineData("on: call", "ret: string")]
    public void Returned_texts_of_strangers_are_faults_too(params string[] keys)
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules(keys));
        using var program = Start("userfaultfd", -1, user: 0, threads: 1);

        Assert.Equal("called", program.Ask("call"));

        Assert.Equal(
            "fault,not_resident",
            Assert.Single(agent.WaitForEvents("take")).Json.GetProperty("problems").GetProperty("ret").GetString());
        AssertStopsAtOnce(agent);
    }

    private static void AssertNotResident(AgentProcess agent)
    {
        var line = Assert.Single(agent.WaitForEvents("take"));
        Assert.Null(line.Json.GetProperty("args").GetProperty("text").GetString());
        Assert.Equal("fault,not_resident", ProblemOf(line));
    }

    private static void AssertStopsAtOnce(AgentProcess agent)
    {
        agent.Terminate();
        Assert.True(agent.HasEndedWithin(StopsWithin), agent.Dump());
    }

    private static string? ProblemOf(EventLine line) => line.Json.GetProperty("problems").GetProperty("text").GetString();

    private string Rules(params string[] keys) =>
        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("take", _executable, "Take", keys)));

    private TracedProgram Start(string kind, int delayMs, int user, int threads)
    {
        var program = TracedProgram.Start(
            _executable, kind, $"{delayMs}", $"{user}", $"{threads}", _workspace.Folder($"{kind}-{Guid.NewGuid():N}"));
        Assert.Equal("ready", program.ReadLine());
        return program;
    }
}
