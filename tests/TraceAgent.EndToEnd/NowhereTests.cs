using System.Text.Json.Nodes;

namespace TraceAgent.EndToEnd;

/// <summary>Values that optimized code keeps nowhere, while debug information says what they are made of.</summary>
public sealed class NowhereTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("-O2 -gdwarf-4")]
    [InlineData("-O2 -gdwarf-5")]
    [InlineData("-O3 -gdwarf-5")]
    [InlineData("-O0 -gdwarf-5")]
    public void What_a_pointer_leads_to_has_the_values_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("pointers.cpp", options.Split(' '));
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", $$"""
            rules:
              - name: sum
                binary: {{program}}
                line: pointers.cpp:{{LineOf("sum")}}
                capture: [this->x, {y: this->y}, {all: "*this"}]
              - name: scaled
                binary: {{program}}
                line: pointers.cpp:{{LineOf("scaled")}}
                capture: {by: "*by", y: point.y}
                when: "by[0] < 100"
            """));

        var printed = Command.OutputOf(program);
        agent.Stop();

        var logged = agent.Lines.Where(line => line.Event == "entry").Select(line => JsonNode.Parse(line.Text)!.AsObject()).ToList();
        Assert.Equal(
            printed.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).Select(Shown), logged.Select(Shown));
        Assert.All(logged, line => Assert.False(line.ContainsKey("problems"), line.ToJsonString()));
    }

    [Fact]
    public void The_pointer_itself_is_missing_and_a_condition_on_it_says_what_can_be_had()
    {
        var program = TracedProgram.Compile("pointers.cpp", "-O2", "-gdwarf-5");
        var rule = $"rules:\n  - name: sum\n    binary: {program}\n    line: pointers.cpp:{LineOf("sum")}\n";
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", rule + "    capture: [$args]\n"));
        Command.OutputOf(program);
        agent.Stop();

        var refused = Command.Run(Repository.Agent, "check", _workspace.Write("wrong.yaml", rule + "    when: \"this != 0\"\n"));

        Assert.All(agent.Events("sum"), line => Assert.Equal(
            "{\"this\":\"optimised_out\"}", line.Json.GetProperty("problems").ToString()));
        Assert.Equal(20, agent.Events("sum").Count);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("what it leads to can be had: this->member", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-O1 -gdwarf-4")]
    [InlineData("-O2 -gdwarf-5")]
    [InlineData("-O3 -gdwarf-5")]
    [InlineData("-O0 -gdwarf-5")]
    public void A_value_that_is_one_of_two_has_what_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("selects", options.Split(' '));
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", $$"""
            rules:
              - name: here
                binary: {{program}}
                line: selects.c:{{LineOf("here", "selects.c")}}
                capture: [least, most]
            """));

        var printed = Command.OutputOf(program);
        agent.Stop();

        Assert.Equal(
            printed.TrimEnd().Split('\n'), agent.Events("here").Select(line => line.Json.GetProperty("args").ToString()));
    }

    private static string LineOf(string marked, string program = "pointers.cpp") =>
        $"{File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Programs", program))
        .TakeWhile(line => !line.Contains($"/* {marked} */", StringComparison.Ordinal)).Count() + 1}";

    private static string Shown(JsonObject line) => $"{line["rule"]} {line["args"]!.ToJsonString()}";
}
