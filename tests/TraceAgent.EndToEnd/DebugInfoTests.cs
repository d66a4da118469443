using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>Names, types and places from debug information, compared with what the programs print themselves.</summary>
public sealed partial class DebugInfoTests : IDisposable
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
    public void Parameters_and_members_have_the_values_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("parameters", options.Split(' '));

        AssertLogged(program, $$"""
            rules:
              - name: pay
                binary: {{program}}
                symbol: pay
                args: auto
                capture:
                  customer: request->user->name
                  id: request.user.id
                  tag: request->user->tag
                  state: request->state
                  flags: request->flags
                  level: request->level
                  number: request->number
                  price: request->price
                  code: request->codes[2]
                  codes: request->codes
                  y: request->at.y
                  second: request->next->user->id
              - name: advance
                binary: {{program}}
                symbol: advance
                args: auto
                on: call
                when: "request->user->id > 1005 && request->state == READY"
              - name: halves
                binary: {{program}}
                symbol: halves
                args: auto
            """);
    }

    [Fact]
    public void A_program_without_debug_information_is_refused_with_the_reason()
    {
        var program = TracedProgram.Compile("parameters", "-O1", "-g0");

        var check = Command.Run(Repository.Agent, "resolve", _workspace.Write("rules.yaml", RuleFor(program)));

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("TA271", check.Errors + check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_contradicts_debug_information_is_warned_of_and_stays()
    {
        var program = TracedProgram.Compile("parameters", "-O2", "-gdwarf-5");
        var rules = _workspace.Write("rules.yaml", $"""
            rules:
              - name: advance
                binary: {program}
                symbol: advance
                args: [request: int, bits: long, more: int]
              - name: other
                binary: {program}
                symbol: pay
                args: [request: ptr, total: int]
            """);
        const string address = "'request' of advance is 'const struct request *' in the source; 'int32' shows 4 of its 8 bytes";
        const string tooMany = "advance has 2 parameters in the source; 'more' is whatever is in the register";

        var check = Command.Run(Repository.Agent, "check", rules);
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);
        agent.WaitForMessage(tooMany);
        agent.Reload();
        agent.WaitForMessage("reloaded");
        Command.OutputOf(program);
        agent.Stop();

        Assert.Equal(0, check.ExitCode);
        Assert.Contains($"5:12: warning TA258: {address}", check.Errors, StringComparison.Ordinal);
        Assert.Contains(tooMany, check.Errors, StringComparison.Ordinal);
        Assert.Equal(20, agent.Events("advance").Count);
        Assert.Equal(1, agent.MessagesWith(address[1..]));
    }

    [Fact]
    public void A_parameter_that_need_not_be_passed_is_missing()
    {
        var program = TracedProgram.Compile("parameters", "clang", "-O2", "-gdwarf-5");

        var check = Command.Run(
            Repository.Agent, "resolve", _workspace.Write("rules.yaml", RuleFor(program).Replace("symbol: pay", "symbol: skipped")));

        Assert.Matches(@"used +int64 +entry +rdi\n +unused +int64 +nowhere +optimised_out", check.Output);
    }

    [Fact]
    public void Parameters_are_read_at_the_entry_only()
    {
        var program = TracedProgram.Compile("parameters", "-O0", "-gdwarf-5");

        var check = Command.Run(
            Repository.Agent, "resolve", _workspace.Write("rules.yaml", RuleFor(program).Replace("symbol: pay", "symbol: pay+1")));

        Assert.Contains("TA266", check.Errors + check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_waits_while_its_debug_information_is_fetched_and_no_other_does()
    {
        var program = TracedProgram.Compile("parameters", "-O2", "-gdwarf-5");
        var folder = _workspace.Folder("fetched");
        var (stripped, sent) = (Path.Combine(folder, "parameters"), Path.Combine(folder, "sent"));
        Command.OutputOf("objcopy", "--only-keep-debug", program, sent);
        Command.OutputOf("objcopy", "--strip-debug", program, stripped);
        var port = FreePort.Find();
        using var server = new HttpListener();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var configuration = _workspace.Write(
            "agent.yaml", $"debug_info: {{server: 'http://127.0.0.1:{port}', cache: {_workspace.Folder("cache")}}}\n");
        var rules = $"{RuleFor(stripped)}  - name: other\n    binary: {stripped}\n    symbol: pay\n    args: 1\n";
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, _workspace.Write("rules.yaml", rules), "--config", configuration);

        agent.WaitForMessage($"the debug information of {stripped} is being fetched and is not there yet");
        Command.OutputOf(stripped);
        agent.WaitForEvents("other");
        Assert.Empty(agent.Events("pay"));

        var asked = await server.GetContextAsync();
        await asked.Response.OutputStream.WriteAsync(File.ReadAllBytes(sent));
        asked.Response.Close();
        Eventually.True(
            () =>
            {
                Command.OutputOf(stripped);
                return agent.Events("pay").Count > 0;
            },
            "the rule is attached", agent.Dump);
        Assert.NotNull(JsonNode.Parse(agent.Events("pay")[0].Text)!["args"]!["request"]);
    }

    [Fact]
    public void A_wrong_member_is_said_with_the_nearest_one()
    {
        var program = TracedProgram.Compile("parameters", "-O2", "-gdwarf-5");
        var rules = RuleFor(program) + "    capture: {x: request->usre->name, y: request->user->nam, z: total->x, w: nothing}\n";

        var check = Command.Run(Repository.Agent, "resolve", _workspace.Write("rules.yaml", rules));

        var text = check.Errors + check.Output;
        Assert.Contains("'struct request' has no member 'usre'", text, StringComparison.Ordinal);
        Assert.Contains("did you mean 'user'?", text, StringComparison.Ordinal);
        Assert.Contains("'struct user' has no member 'nam'", text, StringComparison.Ordinal);
        Assert.Contains("a number has no members", text, StringComparison.Ordinal);
        Assert.Contains("unknown name 'nothing'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_captured_structure_is_an_object_of_its_members_and_hides_those_that_are_redacted()
    {
        var program = TracedProgram.Compile("parameters", "-O2", "-gdwarf-5");
        var rules = RuleFor(program) + "    capture: {user: '*request->user'}\n    redact: [tag]\n    format: \"{user.name}\"\n";
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", rules));

        Command.OutputOf(program);
        agent.Stop();

        var line = agent.Events("pay")[1];
        Assert.Equal(
            """{"id":1001,"name":"bob","tag":"***"}""", JsonNode.Parse(line.Text)!["args"]!["user"]!.ToJsonString());
        Assert.Equal("bob", line.Message);
    }

    [Fact]
    public void A_message_names_members_by_their_path()
    {
        var program = TracedProgram.Compile("parameters", "-O2", "-gdwarf-5");
        var rules = RuleFor(program) + "    format: \"{request->user->name} ({request->user->id:x}) pays {total}\"\n";
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", rules));

        Command.OutputOf(program);
        agent.Stop();

        Assert.Equal("bob (3e9) pays -7", agent.Events("pay")[1].Message);
        Assert.Equal("bob", JsonNode.Parse(agent.Events("pay")[1].Text)!["args"]!["request_user_name"]!.ToString());
    }

    /// <summary>
    /// Runs the program under the rules. Each line that it prints must be logged with the same values; those that optimised code does
    /// not have on entry may be missing, with that reason: at most one in <paramref name="share"/>.
    /// </summary>
    private void AssertLogged(string program, string rules, int share = 10)
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", rules));
        var printed = Command.OutputOf(program).TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        agent.Stop();

        var logged = agent.Lines.Where(line => line.Event != "agent").Select(line => JsonNode.Parse(line.Text)!.AsObject()).ToList();
        Assert.Equal(printed.Select(line => line["rule"]!.ToString()), logged.Select(line => line["rule"]!.ToString()));
        var rule = new Regex("name: ([a-z]+)", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.Equal(
            rule.Matches(rules).Select(name => name.Groups[1].Value).Order(),
            printed.Select(line => line["rule"]!.ToString()).Distinct().Order());
        var (values, missing) = (0, 0);
        foreach (var (theirs, ours) in printed.Zip(logged))
        {
            Assert.Equal(theirs["ret"]?.ToJsonString(), ours["ret"]?.ToJsonString());
            Assert.Equal(ProblemsOfResult(theirs), ProblemsOfResult(ours));
            foreach (var (name, value) in theirs["args"]!.AsObject())
            {
                Assert.True(ours["args"]!.AsObject().ContainsKey(name), ours.ToJsonString());
                values++;
                if (ours["problems"]?[name]?.ToString() is "not_live" or "optimised_out")
                {
                    missing++;
                    Assert.Null(ours["args"]![name]);
                    continue;
                }

                Assert.Equal((name, value?.ToJsonString()), (name, ours["args"]![name]?.ToJsonString()));
                Assert.Equal(theirs["problems"]?[name]?.ToString(), ours["problems"]?[name]?.ToString());
            }
        }

        Assert.InRange(values, 20 * 4, int.MaxValue);
        Assert.InRange(missing, 0, values / share);
    }

    private static string RuleFor(string program) => $"rules:\n  - name: pay\n    binary: {program}\n    symbol: pay\n    args: auto\n";
}
