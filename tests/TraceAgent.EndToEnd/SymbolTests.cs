using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>One rule for several functions, by their names in the source.</summary>
public sealed class SymbolTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.CompileFile(Path.Combine(AppContext.BaseDirectory, "Programs", "overloads.cpp"));

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Every_overload_of_a_source_name_is_logged_under_its_own_name(AttachMethod method)
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule("add", _program, "shop::Cart::add", "args: 2"),
            RuleText.Rule("exact", _program, "\"shop::Cart::add(int, const char *)\"", "on: call", "format: '{symbol} = {ret}'"),
            RuleText.Rule("all", _program, "\"shop::*\"")));
        using var agent = AgentProcess.Start(method, rules);
        using var traced = TracedProgram.Start(_program);

        traced.WriteLine("go");
        traced.ReadLine();

        Assert.Equal(["shop::Cart::add(int)", "shop::Cart::add(int, char const*)"], SymbolsOf(agent.WaitForEvents("add", 2)));
        Assert.Equal(
            ["shop::Cart::add(int)", "shop::Cart::add(int, char const*)", "shop::Cart::count() const"],
            SymbolsOf(agent.WaitForEvents("all", 3)));
        Assert.Equal(
            ["shop::Cart::add(int)", "shop::Cart::add(int, char const*)", "shop::Cart::count() const"],
            agent.Events("all").Select(line => line.Message).Order());
        Assert.Equal("shop::Cart::add(int, char const*) = 5", Assert.Single(agent.WaitForEvents("exact")).Message);
        agent.Stop();
    }

    [Fact]
    public void More_functions_than_max_sites_are_an_error_of_the_rule_file()
    {
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("all", _program, "\"shop::*\"", "max_sites: 2")));

        var run = Command.Run(Repository.Agent, "check", rules);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(":4:13: error TA221: 'shop::*' matches 3 functions of ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_symbols_needs_no_privileges_and_is_columns_in_a_pipe()
    {
        var run = Command.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Repository.Agent, "symbols", "/bin/bash", "readlin?");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Matches("^ADDRESS\tSIZE\tPROBE\tNAME\n0x[0-9a-f]+\t[0-9]+\t(emulated|stepped)\treadline\n$", run.Output);
    }

    [Fact]
    public void The_list_of_symbols_is_an_object_a_line_for_machines()
    {
        var lines = Command.OutputOf(Repository.Agent, "symbols", "--json", _program, "shop::Cart::add").TrimEnd('\n').Split('\n');

        var objects = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            ["shop::Cart::add(int)", "shop::Cart::add(int, char const*)"],
            objects.Select(item => item.GetProperty("function").GetString()));
        Assert.Equal("_ZN4shop4Cart3addEi", objects[0].GetProperty("symbol").GetString());
        Assert.Contains(objects[0].GetProperty("probe").GetString(), (string[])["emulated", "stepped"]);
    }

    [Fact]
    public void Usdt_probes_are_listed_by_pattern_with_the_number_of_their_arguments()
    {
        Assert.Matches("^ADDRESS\tPROBE\tARGS\tNAME\n0x[0-9a-f]+\temulated\t2\tlibstdcxx:throw\n$", Command.OutputOf(
            Repository.Agent, "symbols", "--usdt", "libstdc++.so.6", "libstdcxx:thro?"));

        var lines = Command.OutputOf(Repository.Agent, "symbols", "--usdt", "--json", "/usr/bin/python3.11", "gc__*")
            .TrimEnd('\n').Split('\n');
        var probes = lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["python:gc__done", "python:gc__start"], probes.Select(probe => probe.GetProperty("usdt").GetString()).Distinct());
        Assert.All(probes, probe => Assert.True(probe.GetProperty("semaphore").GetBoolean()));
        Assert.All(probes, probe => Assert.Equal(1, probe.GetProperty("args").GetInt32()));
    }

    [Fact]
    public void A_library_is_found_by_its_name_as_in_rules()
    {
        var byName = Command.OutputOf(Repository.Agent, "symbols", "libc.so.6", "getenv");

        Assert.EndsWith("\tgetenv\n", byName, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("symbols /nowhere", 2, "/nowhere: no such file")]
    [InlineData("symbols libnowhere.so.1", 2, "the dynamic linker finds no libnowhere.so.1")]
    [InlineData("symbols /etc/passwd", 1, "TA202: /etc/passwd is not an ELF program or library")]
    [InlineData("symbols /bin/bash readlin", 1, "did you mean 'readline'")]
    [InlineData("symbols /bin/bash --max 0", 2, "--max takes a number from 1, not 0")]
    [InlineData("symbols /bin/bash --bogus", 2, "there is no option --bogus")]
    [InlineData("symbols --usdt /bin/bash", 1, "TA235: /bin/bash has no USDT probes")]
    [InlineData("symbols --usdt libstdc++.so.6 libstdcxx:thro", 1, "did you mean 'libstdcxx:throw'")]
    [InlineData("symbols /bin/bash --max 2", 0, "2 of ")]
    public void What_cannot_be_listed_is_told(string words, int exitCode, string expected)
    {
        var run = Command.Run(Repository.Agent, words.Split(' '));

        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}\n{run.Errors}");
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    private static IEnumerable<string> SymbolsOf(IEnumerable<EventLine> lines) =>
        lines.Select(line => line.Json.GetProperty("symbol").GetString()!).Order(StringComparer.Ordinal);
}
