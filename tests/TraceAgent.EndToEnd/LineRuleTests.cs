using System.Text.Json.Nodes;

namespace TraceAgent.EndToEnd;

/// <summary>Rules that name a line of source, compared with what the program prints itself on these lines.</summary>
public sealed class LineRuleTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public static TheoryData<string> Options
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (var compiler in (string[])["", "clang "])
            {
                foreach (var options in (string[])["-O0 -gdwarf-5", "-O1 -gdwarf-4", "-O2 -gdwarf-5", "-O3 -gdwarf-4"])
                {
                    data.Add($"{compiler}{options}");
                }
            }

            return data;
        }
    }

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(Options))]
    public void Variables_of_a_line_have_the_values_that_the_program_prints_there(string options)
    {
        var program = TracedProgram.Compile("logpoints", options.Split(' '));
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", $$"""
            rules:
              - name: discount
                binary: {{program}}
                line: logpoints.c:{{LineOf("discount")}}
                capture: [$args, $locals]
              - name: inner
                binary: {{program}}
                line: logpoints.c:{{LineOf("inner")}}
                capture: [sum, i, cost, {item_price: item->price}]
              - name: outer
                binary: {{program}}
                line: Programs/logpoints.c:{{LineOf("outer")}}
                capture: [sum, i, count, item->owner->name]
              - name: depth
                binary: {{program}}
                line: logpoints.c:{{LineOf("depth")}}
                capture: [$args, here, label]
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
        Assert.InRange(missing, 0, values / 10);
    }

    private static int LineOf(string mark)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests/TraceAgent.EndToEnd/Programs/logpoints.c"));
        return Array.FindIndex(lines, line => line.EndsWith($"/* {mark} */", StringComparison.Ordinal)) + 1;
    }
}
