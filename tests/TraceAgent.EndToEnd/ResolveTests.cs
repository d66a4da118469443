using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>What rules mean on this machine.</summary>
public sealed class ResolveTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Places_and_values_are_those_of_the_binary()
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule(
                "tick", _program, "Tick", "args: [number: int, name: string]", "on: call", "capture: {low: \"*(int16*)(name + 2)\"}")));
        var address = Command.OutputOf("nm", _program).Split('\n').Single(line => line.EndsWith(" Tick", StringComparison.Ordinal)).Split(
            ' ')[0].TrimStart('0');

        var rule = Assert.Single(ObjectsOf(Command.OutputOf(Repository.Agent, "resolve", "--json", rules)));

        Assert.Equal("resolved", rule.GetProperty("state").GetString());
        var part = rule.GetProperty("parts")[0];
        var site = part.GetProperty("sites")[0];
        Assert.Equal("Tick", site.GetProperty("symbol").GetString());
        // After an endbr64 the same function is cheaper to probe.
        Assert.InRange(Number(site, "address") - Convert.ToInt64(address, 16), 0, 4);
        Assert.Contains(site.GetProperty("probe").GetString(), (string[])["emulated", "stepped"]);
        Assert.True(site.GetProperty("cost_ns").GetDouble() > 0);
        Assert.Equal(
            ["number int32 entry rdi", "name string(128) entry text at rsi", "low int16 entry *(int16*)(rsi + 2)", "ret int64 return rax"],
            part.GetProperty("values").EnumerateArray()
                .Select(value => $"{Text(value, "name")} {Text(value, "type")} {Text(value, "read_on")} {Text(value, "where")}"));
        Assert.True(part.GetProperty("record_bytes").GetInt32() > 128);
    }

    [Fact]
    public void Packet_rules_show_their_interfaces_and_lists()
    {
        _workspace.Write("deny.txt", "203.0.113.7\n203.0.113.8\n");
        var rules = _workspace.Write(
            "rules.yaml", "packets:\n  - {name: edge, interface: lo, deny_file: deny.txt, deny: [198.51.100.0/24]}\n  - {name: later, " +
                "interface: none0, count: {}}\n");

        var found = ObjectsOf(Command.OutputOf(Repository.Agent, "resolve", "--json", rules));

        Assert.Equal(["resolved", "pending"], found.Select(rule => Text(rule, "state")));
        Assert.Equal(("lo", 3), (Text(found[0].GetProperty("interfaces")[0], "name"), found[0].GetProperty("denied").GetInt32()));
        Assert.Contains("warning TA290: ", Command.OutputOf(Repository.Agent, "resolve", rules), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_privileges_costs_are_words_and_the_rest_is_there()
    {
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("line", "/bin/bash", "readline", "on: return", "ret: string")));
        var agent = _workspace.Install(Repository.Agent, "traceagent");

        var text = Command.OutputOf("setpriv",
            "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--bounding-set=-all", agent, "resolve", rules);

        Assert.Contains("line  (", text, StringComparison.Ordinal);
        Assert.Matches(@"readline +0x[0-9a-f]+ +0x[0-9a-f]+ +(emulated: cheap|single-stepped: several)", text);
        Assert.Matches(@"ret +string\(128\) +return +text at rax", text);
    }

    [Fact]
    public void Pending_and_refused_rules_say_why()
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("later", _workspace["later"], "Tick"),
            RuleText.Rule("wrong", _program, "Tock"), RuleText.Rule("fine", _program, "Tick")));

        var run = Command.Run(Repository.Agent, "resolve", rules);
        var objects = ObjectsOf(Command.Run(Repository.Agent, "resolve", "--json", rules).Output);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            $"pending: {_workspace["later"]} does not exist; the rule waits until it appears", run.Output, StringComparison.Ordinal);
        Assert.Contains("refused TA201: symbol 'Tock' not found in ", run.Output, StringComparison.Ordinal);
        Assert.Contains("did you mean 'Tick'?", run.Output, StringComparison.Ordinal);
        Assert.Equal(["pending", "refused", "resolved"], objects.Select(rule => Text(rule, "state")));
    }

    [Theory]
    [InlineData("resolve", 2, "")]
    [InlineData("resolve /nowhere.yaml", 2, "/nowhere.yaml: no such file or folder")]
    [InlineData("resolve --bogus", 2, "there is no option --bogus")]
    [InlineData("resolve /etc/passwd", 1, "/etc/passwd:1:")]
    public void What_cannot_be_resolved_is_told(string words, int exitCode, string expected)
    {
        var run = Command.Run(Repository.Agent, words.Split(' '));

        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    private static List<JsonElement> ObjectsOf(string lines) =>
        [.. lines.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static long Number(JsonElement element, string name) => Convert.ToInt64(Text(element, name)[2..], 16);
}
