using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>Every example of the repository does what its README says.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Addnum_is_logged_with_arguments_result_and_duration(AttachMethod method)
    {
        CopyExample("addnum");
        using var agent = AgentProcess.Start(method, _workspace["addnum/rules.yaml"]);

        Assert.Equal("5\n6\n7\n", Command.OutputOf(_workspace["addnum/addnum"], "3"));

        var events = agent.WaitForEvents("add-num", 3);
        agent.Stop();
        AssertAdditions(agent.Events("add-num"));
        Assert.All(events, line => Assert.Equal("AddNum", line.Json.GetProperty("symbol").GetString()));
    }

    [Theory, BothWays]
    public void Addnum_is_logged_by_the_address_that_nm_prints(AttachMethod method)
    {
        CopyExample("addnum");
        using var agent = AgentProcess.Start(method, _workspace["addnum/offset.yaml"]);

        Assert.Equal("5\n6\n7\n", Command.OutputOf(_workspace["addnum/addnum"], "3"));

        agent.WaitForEvents("add-num-by-offset", 3);
        agent.Stop();
        AssertAdditions(agent.Events("add-num-by-offset"));
    }

    [Fact]
    public void Lines_of_cart_are_logged_with_their_variables()
    {
        CopyExample("lines");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace["lines/rules.yaml"]);

        Assert.Equal("ann pays 1747\n", Command.OutputOf(_workspace["lines/cart"]));

        agent.Stop();
        Assert.Equal("ann pays 1747 at cart.c:31", Assert.Single(agent.Events("paid")).Message);
        Assert.Equal("cart.c:23 i=2, cost=1200, total=547, price=1200", Assert.Single(agent.Events("expensive")).Message);
    }

    [Theory, BothWays]
    public void A_line_typed_in_bash_is_logged(AttachMethod method)
    {
        using var agent = AgentProcess.Start(method, Repository.Example("bash/rules.yaml"));
        using var terminal = TracedProgram.Start("script", "-qec", "bash --norc --noprofile -i", "/dev/null");
        var typed = $"echo typed-by-{Environment.ProcessId}";
        terminal.WriteLine(typed);

        Eventually.True(() => agent.Events("bash-line").Any(line => line.Message == typed), typed, agent.Dump);

        var logged = agent.Events("bash-line").Single(line => line.Message == typed);
        Assert.Equal(typed, logged.RetText);
        Assert.Equal("return", logged.Event);
        Assert.Equal("bash", logged.Comm);
        agent.Stop();
    }

    [Theory, BothWays]
    public void A_file_that_cat_opens_is_logged(AttachMethod method)
    {
        // Every process of the machine opens files: only the lines of programs named cat are kept.
        var lines = new Transcript<EventLine>();
        using var agent = AgentProcess.Start(new AgentStart(method, Repository.Example("libc-open/rules.yaml"))
        {
            Sink = line =>
            {
                if (line.Contains("\"comm\":\"cat\"", StringComparison.Ordinal))
                {
                    lines.Add(EventLine.Parse(line));
                }
            },
        });
        using var cat = TracedProgram.Start("cat", Repository.Example("libc-open/rules.yaml"));
        cat.Finish();

        Eventually.True(() => lines.Snapshot().Any(line => line.Pid == cat.Pid), "cat's open", agent.Dump);
        var opened = lines.Snapshot().First(line => line.Pid == cat.Pid);
        Assert.Equal(3, opened.Ret);
        Assert.Equal(0, opened.Arg(2));
        Assert.StartsWith("cat opened descriptor 3 with flags 0 in ", opened.Message, StringComparison.Ordinal);
        Assert.Equal("libc", opened.Json.GetProperty("labels").GetProperty("library").GetString());
        agent.Stop();
    }

    [Theory]
    [InlineData(AttachMethod.Multi)]
    [InlineData(AttachMethod.Perf)]
    public void A_file_that_could_not_be_opened_is_logged_with_its_name(AttachMethod method)
    {
        const string path = "/nonexistent/for-the-example";
        using var agent = AgentProcess.Start(method, Repository.Example("typed/rules.yaml"));
        using var cat = TracedProgram.Start("sh", "-c", $"cat {path} 2>/dev/null; true");
        cat.Finish();

        Eventually.True(() =>
            agent.Events("open-failed").Any(line => line.Message.Contains(path, StringComparison.Ordinal)), "cat's attempt", agent.Dump);
        var failed = agent.Events("open-failed").First(line => line.Message.Contains(path, StringComparison.Ordinal));
        Assert.Equal(-1, failed.Ret);
        Assert.Equal(path, failed.Json.GetProperty("args").GetProperty("pathname").GetString());
        Assert.StartsWith($"cat could not open {path} (flags 0) after ", failed.Message, StringComparison.Ordinal);
        Assert.Equal("Warning", failed.Json.GetProperty("@l").GetString());
        agent.Stop();
    }

    [Fact]
    public void Every_example_passes_check()
    {
        var examples = Directory.GetDirectories(Repository.Example("")).Select(path => Path.GetFileName(path)!);
        foreach (var example in examples)
        {
            CopyExample(example);
        }

        var files = Directory.GetFiles(_workspace.Root, "*.yaml", SearchOption.AllDirectories);
        Assert.True(files.Length >= 4);
        var check = Command.Run(Repository.Agent, ["check", .. files]);
        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    private static void AssertAdditions(IReadOnlyList<EventLine> events)
    {
        Assert.Equal([3L, 4, 5], events.Select(line => line.Arg(1)));
        Assert.Equal([2L, 2, 2], events.Select(line => line.Arg(2)));
        Assert.Equal([5L, 6, 7], events.Select(line => line.Ret));
        Assert.All(events, line =>
        {
            Assert.Equal("call", line.Event);
            Assert.InRange(line.Duration, 1, (long)1e9);
            Assert.StartsWith(
                string.Create(CultureInfo.InvariantCulture, $"AddNum({line.Arg(1)}, 2) = {line.Ret} in "),
                line.Message,
                StringComparison.Ordinal);
        });
    }

    /// <summary>Copies an example, compiles its program, and gives offset.yaml the address of this build.</summary>
    private void CopyExample(string example)
    {
        _workspace.Folder(example);
        foreach (var file in Directory.GetFiles(Repository.Example(example)))
        {
            File.Copy(file, _workspace[$"{example}/{Path.GetFileName(file)}"], overwrite: true);
        }

        foreach (var source in Directory.GetFiles(Repository.Example(example), "*.c"))
        {
            var program = TracedProgram.CompileFile(source, example == "lines" ? ["-g", "-O0"] : []);
            _workspace.Install(program, $"{example}/{Path.GetFileName(program)}");
            if (File.Exists(_workspace[$"{example}/with-offset.sh"]))
            {
                _workspace.Write($"{example}/offset.yaml", Command.OutputOf("sh", _workspace[$"{example}/with-offset.sh"]));
            }
        }
    }
}
