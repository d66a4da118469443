using System.Text.Json.Nodes;

namespace TraceAgent.EndToEnd;

/// <summary>Rules that name a line of source, compared with what the program prints itself on these lines.</summary>
public sealed class LineRuleTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(DebugInfoTests.Options), MemberType = typeof(DebugInfoTests))]
    public void Variables_of_a_line_have_the_values_that_the_program_prints_there(string options)
    {
        var program = TracedProgram.Compile("logpoints", options.Split(' '));
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", $$"""
            rules:
              - name: discount
                binary: {{program}}
                line: logpoints.c:{{LineOf("discount")}}
                places: all
                capture: [$args, $locals]
              - name: inner
                binary: {{program}}
                line: logpoints.c:{{LineOf("inner")}}
                places: all
                capture: [sum, i, cost, {item_price: item->price}]
              - name: outer
                binary: {{program}}
                line: Programs/logpoints.c:{{LineOf("outer")}}
                places: all
                capture: [sum, i, count, item->owner->name]
              - name: depth
                binary: {{program}}
                line: logpoints.c:{{LineOf("depth")}}
                capture: [$args, here, label, visits, seed]
              - name: settle
                binary: {{program}}
                line: logpoints.c:{{LineOf("settle")}}
                format: "{state} {level} {scaled} {price}"
            """));
        var plain = Command.OutputOf(program);
        agent.Stop();

        var printed = plain.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var logged = agent.Lines.Where(line => line.Event != "agent").Select(line => JsonNode.Parse(line.Text)!.AsObject()).ToList();
        Assert.Equal(printed.Select(line => line["rule"]!.ToString()), logged.Select(line => line["rule"]!.ToString()));
        var (values, missing) = (0, 0);
        foreach (var (theirs, ours) in printed.Zip(logged))
        {
            Assert.Equal($"logpoints.c:{LineOf(ours["rule"]!.ToString())}", ours["source"]!.ToString());
            foreach (var (name, value) in theirs["args"]!.AsObject())
            {
                Assert.True(ours["args"]!.AsObject().ContainsKey(name), ours.ToJsonString());
                values++;
                if (ours["problems"]?[name]?.ToString() is "not_live" or "optimised_out" or "not_supported")
                {
                    missing++;
                    Assert.Null(ours["args"]![name]);
                }
                else
                {
                    Assert.Equal((name, value!.ToJsonString()), (name, ours["args"]![name]?.ToJsonString()));
                }
            }
        }

        Assert.InRange(values, 500, int.MaxValue);
        // What the compiler does not keep at that place is missing: at most a fifth here.
        Assert.InRange(missing, 0, values / 5);
    }

    [Fact]
    public void A_line_that_is_counted_from_the_function_is_logged_in_every_copy_that_was_inlined()
    {
        var program = TracedProgram.Compile("logpoints", "-O2", "-gdwarf-5");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", $$"""
            rules:
              - name: discount
                binary: {{program}}
                line: discounted:+4
                format: "{left} at {source} in {inlined}"
            """));
        var resolved = Command.OutputOf(Repository.Agent, "resolve", _workspace["rules.yaml"]);
        Assert.Matches($@"logpoints\.c:{LineOf("discount")} in discounted < total +total", resolved);
        Assert.Contains($"logpoints.c:{LineOf("discount")} in discounted < settle", resolved, StringComparison.Ordinal);

        var printed = Command.OutputOf(program).Split('\n').Count(line => line.Contains("\"discount\"", StringComparison.Ordinal));
        agent.Stop();

        Assert.Equal(printed, agent.Events("discount").Count);
        Assert.Contains(agent.Events("discount"), line => line.Message.EndsWith("in discounted < total", StringComparison.Ordinal));
        Assert.Contains(agent.Events("discount"), line => line.Message.EndsWith("in discounted < settle", StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_without_code_is_refused_with_the_nearest_or_means_the_next()
    {
        var program = TracedProgram.Compile("logpoints", "-O0", "-gdwarf-5");
        var rule = $"rules:\n  - name: start\n    binary: {program}\n    line: logpoints.c:1\n";

        var refused = Command.Run(Repository.Agent, "check", _workspace.Write("rules.yaml", rule));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("TA274", refused.Errors + refused.Output, StringComparison.Ordinal);
        Assert.Contains("the nearest lines with code: ", refused.Errors + refused.Output, StringComparison.Ordinal);

        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", rule + "    nearest: true\n"));
        Command.OutputOf(program);
        agent.Stop();
        Assert.All(agent.Events("start"), line => Assert.Equal("next", line.Json.GetProperty("function").GetString()));
        Assert.NotEmpty(agent.Events("start"));
    }

    [Fact]
    public void A_value_that_a_line_does_not_have_is_marked_or_refused_as_the_rule_says()
    {
        var program = TracedProgram.Compile("logpoints", "-O0", "-gdwarf-5");
        var rule = $"rules:\n  - name: early\n    binary: {program}\n    line: discounted:+2\n"
            + "    capture: [price, off, {twice: off * 2}]\n";

        using (var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", rule)))
        {
            Command.OutputOf(program);
            agent.Stop();
            var line = JsonNode.Parse(agent.Events("early")[0].Text)!;
            Assert.Equal("""{"off":"not_live","twice":"not_live"}""", line["problems"]!.ToJsonString());
            Assert.Null(line["args"]!["off"]);
            Assert.NotNull(line["args"]!["price"]);
        }

        var refused = Command.Run(Repository.Agent, "check", _workspace.Write("rules.yaml", rule + "    missing: refuse\n"));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("'off' has no value", refused.Errors + refused.Output, StringComparison.Ordinal);
        Assert.Contains("its value can be had on lines", refused.Errors + refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_one_name_are_told_apart_by_more_of_their_path()
    {
        var folder = _workspace.Folder("two");
        foreach (var name in (string[])["one", "other"])
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.WriteAllText(Path.Combine(folder, name, "part.c"), $"int {name}(int n)\n{{\n    return n + 1;\n}}\n");
        }

        File.WriteAllText(
            Path.Combine(folder, "main.c"), "int one(int);\nint other(int);\nint main(void)\n{\n    return one(1) + other(2) - 5;\n}\n");
        var program = Path.Combine(folder, "two");
        string[] sources = ["main.c", "one/part.c", "other/part.c"];
        Command.OutputOf("gcc", ["-g", "-O0", "-o", program, .. sources.Select(file => Path.Combine(folder, file))]);
        var rule = $"rules:\n  - name: part\n    binary: {program}\n    line: part.c:3\n    capture: [n]\n";

        var refused = Command.Run(Repository.Agent, "check", _workspace.Write("rules.yaml", rule));
        Assert.Contains("TA273", refused.Errors + refused.Output, StringComparison.Ordinal);

        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", rule.Replace("part.c:3", "other/part.c:3", StringComparison.Ordinal)));
        Command.OutputOf(program);
        agent.Stop();
        Assert.Equal("part.c:3 n=2", Assert.Single(agent.Events("part")).Message);
    }

    /// <summary>Fibers, exceptions, longjmp, threads and recursion: whatever line a rule names, the program does what it did.</summary>
    [Theory]
    [InlineData("fibers.c")]
    [InlineData("threads.c")]
    [InlineData("exceptions.cpp")]
    [InlineData("members_that_throw.cpp")]
    [InlineData("jumps.c")]
    [InlineData("logpoints.c")]
    [InlineData("recursion.c")]
    public void A_program_does_the_same_while_all_of_its_lines_are_logged(string source)
    {
        var program = TracedProgram.Compile(source, "-O2", "-g");
        var plain = Command.Run(program);
        var lines = Command.OutputOf(Repository.Agent, "lines", "--json", program, source).TrimEnd().Split('\n')
            .Select(line => JsonNode.Parse(line)!["line"]!.GetValue<int>()).Distinct().ToList();
        var rules = lines.Select(line => $"  - name: l{line}\n    binary: {program}\n    line: {source}:{line}\n    places: all\n"
            + "    capture: [$args, $locals]\n");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", $"rules:\n{string.Concat(rules)}"));

        var traced = Command.Run(program);
        agent.Stop();

        Assert.Equal((plain.ExitCode, plain.Output, plain.Errors), (traced.ExitCode, traced.Output, traced.Errors));
        Assert.InRange(lines.Count, 5, int.MaxValue);
        Assert.True(agent.Lines.Count(line => line.Event == "entry") >= lines.Count / 2, "the lines of it that ran are logged");
    }

    private static int LineOf(string mark)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests/TraceAgent.EndToEnd/Programs/logpoints.c"));
        return Array.FindIndex(lines, line => line.EndsWith($"/* {mark} */", StringComparison.Ordinal)) + 1;
    }
}
