using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>
/// Parameters that optimized code keeps nowhere after its first instructions: they are what registers were when the function was entered,
/// and are compared with what the program prints.
/// </summary>
public sealed class EntryValueTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public static TheoryData<string> Options => new()
    {
        "-O1 -gdwarf-4", "-O2 -gdwarf-5", "-O3 -gdwarf-5", "-O2 -gdwarf-5 -fomit-frame-pointer", "-O2 -g -fno-omit-frame-pointer",
        "clang -O1 -gdwarf-4", "clang -O2 -gdwarf-5", "clang -O3 -gdwarf-5",
    };

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(Options))]
    public void Parameters_are_those_of_the_call_under_recursion_threads_signals_and_jumps(string options)
    {
        var program = TracedProgram.Compile("entries", [.. options.Split(' '), "-pthread"]);
        using var agent = AgentProcess.Start(AttachMethod.Multi, RuleFor(program));
        using var traced = TracedProgram.Start(program);

        var printed = new List<string>();
        foreach (var way in (string[])["plain", "nested", "jumps", "threads", "signals", "plain"])
        {
            printed.AddRange(Answers(traced, way));
        }

        traced.Finish();
        agent.Stop();

        Assert.Contains(
            "rdi on entry", Command.OutputOf(Repository.Agent, "lines", "--vars", program, $"entries.c:{Line}"), StringComparison.Ordinal);

        // A call that is left by longjmp prints, and does not reach the line.
        var expected = printed.Select(Parse).Where(call => call.Number is < 2000 or >= 2050 || call.Number % 3 != 1).ToList();
        var events = agent.Events("here");
        Assert.Equal(expected.Count, events.Count);
        Assert.Equal(expected.Order(), events.Select(line => Parse(line.Json.GetProperty("args").ToString())).Order());
        Assert.All(events, line => Assert.False(line.Has("problems"), line.Text));
    }

    [Theory]
    [BothWays]
    public void A_call_that_was_running_when_the_rule_came_says_that_its_entry_was_not_seen(AttachMethod method)
    {
        var program = TracedProgram.Compile("entries", "-O2", "-gdwarf-5", "-pthread");
        using var traced = TracedProgram.Start(program);
        Answers(traced, "plain");
        traced.WriteLine("hold");
        traced.ReadLine();
        Assert.Equal("held", traced.ReadLine());
        using var agent = AgentProcess.Start(method, RuleFor(program));

        traced.WriteLine("go");
        Assert.Equal("done", traced.ReadLine());
        var next = Answers(traced, "nested");
        traced.Finish();
        agent.Stop();

        var events = agent.Events("here");
        Assert.Equal(next.Count + 1, events.Count);
        AssertNotSeen(events[0]);
        Assert.All(events.Skip(1), line => Assert.False(line.Has("problems"), line.Text));
    }

    [Fact]
    public void A_call_that_runs_while_its_rule_is_replaced_has_no_values_of_an_earlier_one()
    {
        var program = TracedProgram.Compile("entries", "-O2", "-gdwarf-5", "-pthread");
        var rules = RuleFor(program);
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);
        using var traced = TracedProgram.Start(program);
        Answers(traced, "plain");
        traced.WriteLine("hold");
        traced.ReadLine();
        Assert.Equal("held", traced.ReadLine());

        File.WriteAllText(rules, File.ReadAllText(rules).Replace("mask, level", "level, mask", StringComparison.Ordinal));
        agent.WaitForMessage("rule replaced");
        traced.WriteLine("go");
        Assert.Equal("done", traced.ReadLine());
        var next = Answers(traced, "plain");
        traced.Finish();
        agent.Stop();

        var events = agent.Events("here");
        Assert.Equal(50 + 1 + next.Count, events.Count);
        AssertNotSeen(events[50]);
        Assert.All(events.Where((_, i) => i != 50), line => Assert.False(line.Has("problems"), line.Text));
    }

    [Fact]
    public void A_child_that_was_forked_within_a_call_has_not_entered_it()
    {
        var program = TracedProgram.Compile("entries", "-O2", "-gdwarf-5", "-pthread");
        using var agent = AgentProcess.Start(AttachMethod.Multi, RuleFor(program));
        using var traced = TracedProgram.Start(program);

        Answers(traced, "fork");
        traced.Finish();
        agent.Stop();

        var (parent, child) = (
            Assert.Single(agent.Events("here"), line => line.Pid == traced.Pid),
            Assert.Single(agent.Events("here"), line => line.Pid != traced.Pid));
        Assert.Equal(6000, parent.Arg("number"));
        AssertNotSeen(child);
    }

    [Fact]
    public void Resolve_says_that_the_entry_is_probed_too()
    {
        var program = TracedProgram.Compile("entries", "-O2", "-gdwarf-5", "-pthread");

        var text = Command.OutputOf(Repository.Agent, "resolve", RuleFor(program));
        var lines = Command.OutputOf(Repository.Agent, "lines", "--vars", program, $"entries.c:{Line}");

        Assert.Matches(@"number +int64 +entry +rdi on entry\n", text);
        Assert.Contains("the entry of its function is probed too", text, StringComparison.Ordinal);
        Assert.Matches(@"number +long int +rdi on entry\n", lines);
    }

    private static int Line { get; } = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Programs", "entries.c"))
        .TakeWhile(line => !line.Contains("/* here */", StringComparison.Ordinal)).Count() + 1;

    private string RuleFor(string program) => _workspace.Write("rules.yaml", $$"""
        rules:
          - name: here
            binary: {{program}}
            line: entries.c:{{Line}}
            capture: [number, name, mask, level]
        """);

    private static List<string> Answers(TracedProgram traced, string way)
    {
        var lines = new List<string>();
        traced.WriteLine(way);
        for (var line = traced.ReadLine(); line != "done"; line = traced.ReadLine())
        {
            lines.Add(line);
        }

        return lines;
    }

    private static (long Number, string Name, long Mask, int Level) Parse(string text)
    {
        using var json = JsonDocument.Parse(text);
        var call = json.RootElement;
        return (call.GetProperty("number").GetInt64(), call.GetProperty("name").GetString()!,
            call.GetProperty("mask").GetInt64(), call.GetProperty("level").GetInt32());
    }

    private static void AssertNotSeen(EventLine line)
    {
        Assert.Equal(JsonValueKind.Null, line.Json.GetProperty("args").GetProperty("number").ValueKind);
        foreach (var name in (string[])["number", "name", "mask", "level"])
        {
            Assert.Equal("entry_not_seen", line.Json.GetProperty("problems").GetProperty(name).GetString());
        }
    }
}
