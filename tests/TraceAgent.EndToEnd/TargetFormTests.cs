using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>Every form of <c>binary</c> leads to its files, those that come later included.</summary>
public sealed partial class TargetFormTests : IDisposable
{
    private readonly Workspace _workspace = new();

    /// <summary>Found by name on the whole machine: no other test may have it.</summary>
    private readonly string _unique = $"tk{Guid.NewGuid():N}"[..12];

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Each_version_under_a_pattern_is_traced_and_one_that_appears_later_too(AttachMethod method)
    {
        var first = Install("app-1/bin/ticker", "-DFACTOR=3");
        var second = Install("app-2/bin/ticker", "-DSHIFTED", "-DFACTOR=4");
        Install("other/bin/ticker", "-DFACTOR=9");
        var rules = Rules(_workspace["app-*/bin/ticker"], "args: 1", "on: call", "format: '{binary}'");
        using var agent = AgentProcess.Start(method, rules);
        agent.WaitForMessage("and 1 more file");
        var third = _workspace["app-3/bin/ticker"];
        Install("app-3/bin/ticker", "-DFACTOR=5");

        using var one = TracedProgram.Start(first);
        using var two = TracedProgram.Start(second);
        using var three = TracedProgram.Start(third);
        using var other = TracedProgram.Start(_workspace["other/bin/ticker"]);
        UntilLogged(agent, three);
        one.Ask("10");
        two.Ask("10");
        other.Ask("10");
        Eventually.True(() => Of(agent, one).Count == 10 && Of(agent, two).Count == 10, "ten calls of each", agent.Dump);
        agent.Stop();

        Assert.Equal(Enumerable.Range(1, 10).Select(n => 3L * n), Of(agent, one).Select(line => line.Ret));
        Assert.Equal(Enumerable.Range(1, 10).Select(n => 4L * n), Of(agent, two).Select(line => line.Ret));
        Assert.All(Of(agent, three), line => Assert.Equal(5 * line.Arg(1), line.Ret));
        Assert.All(Of(agent, one), line => Assert.Equal(first, line.Message));
        Assert.All(Of(agent, two), line => Assert.Equal(second, line.Message));
        Assert.All(Of(agent, three), line => Assert.Equal(third, line.Message));
        Assert.Empty(Of(agent, other));
    }

    [Fact]
    public void A_file_without_the_function_is_a_warning_beside_one_that_has_it()
    {
        Install("app-1/ticker");
        _workspace.Folder("app-2");
        _workspace.Install(TracedProgram.Compile("waiting"), "app-2/ticker");

        var check = Command.Run(Repository.Agent, "check", Rules(_workspace["app-*/ticker"]));

        Assert.Equal(0, check.ExitCode);
        Assert.Contains($"warning TA201: symbol 'Tick' not found in {_workspace["app-2/ticker"]}", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_whose_files_all_lack_the_function_is_refused()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            _workspace.Folder($"app-{number}");
            _workspace.Install(TracedProgram.Compile("waiting"), $"app-{number}/ticker");
        }

        var check = Command.Run(Repository.Agent, "check", Rules(_workspace["app-*/ticker"]));

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("error TA201", check.Errors, StringComparison.Ordinal);
        Assert.Contains("TA242: 3 more problems of this kind", check.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libc.so.6", "getppid", "import os; os.getppid()")]
    [InlineData("libz.so.1", "adler32", "import zlib; zlib.adler32(b'traceagent')")]
    public void A_library_is_found_by_its_name(string library, string symbol, string python)
    {
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("tick", library, symbol, "budget: none", "format: '{binary}'")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        Command.OutputOf("/usr/bin/python3", "-c", python);

        Assert.Contains(library, agent.WaitForEvents("tick")[0].Message, StringComparison.Ordinal);
        agent.Stop();
    }

    [Fact]
    public void A_library_that_is_nowhere_is_waited_for()
    {
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules("libnowhere-traceagent.so.7"));

        agent.WaitForMessage("the dynamic linker finds no libnowhere-traceagent.so.7 yet");
        agent.Stop();
    }

    [Fact]
    public void A_program_is_found_by_its_name_in_PATH_in_rules_and_on_the_command_line()
    {
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("tick", "bash", "execute_command", "budget: none", "format: '{binary}'")));
        using var agent = AgentProcess.Start(AttachMethod.Multi, rules);

        Command.OutputOf("bash", "-c", "true; true");

        Assert.EndsWith("/bash", agent.WaitForEvents("tick")[0].Message, StringComparison.Ordinal);
        agent.Stop();
        Assert.Contains("readline", Command.OutputOf(Repository.Agent, "symbols", "bash", "readline"), StringComparison.Ordinal);
        Assert.Contains("getppid", Command.OutputOf(Repository.Agent, "symbols", "libc", "getppid"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_is_traced_as_the_processes_of_a_name_have_it_mapped_in_their_own_namespaces_too()
    {
        var (three, five, hidden) = (Library("three", 3), Library("five", 5), _workspace["hidden"]);
        _workspace.Folder("hidden");
        var program = _workspace.Install(TracedProgram.Compile("plugin"), _unique);
        var other = _workspace.Install(TracedProgram.Compile("plugin"), "other");
        using var outside = TracedProgram.Start(program, three);
        Assert.Equal("3", outside.Ask("1"));
        using var agent = AgentProcess.Start(
            AttachMethod.Multi, Rules($"{{process: {_unique}, library: libtick}}", "args: 1", "on: call"));
        using var inside = TracedProgram.Start(
            "unshare", "-m", "sh", "-c", $"mount -t tmpfs tmpfs {hidden} && cp {five} {hidden} && exec {program} {hidden}/libtick.so");
        using var stranger = TracedProgram.Start(other, _workspace.Install(three, "libtick.so"));
        UntilLogged(agent, outside);
        UntilLogged(agent, inside);
        Assert.Equal("30", stranger.Ask("10"));
        agent.Stop();

        Assert.False(File.Exists($"{hidden}/libtick.so"));
        Assert.All(Of(agent, outside), line => Assert.Equal(3, line.Ret));
        Assert.All(Of(agent, inside), line => Assert.Equal(5, line.Ret));
        Assert.Empty(Of(agent, stranger));
    }

    [Theory, BothWays]
    public void Processes_of_a_name_are_found_whether_they_start_before_or_after(AttachMethod method)
    {
        var program = _workspace.Install(TracedProgram.Compile("ticker"), _unique);
        using var before = TracedProgram.Start(program);
        using var agent = AgentProcess.Start(method, Rules($"{{process: {_unique}}}", "args: 1", "format: '{binary}'"));
        UntilLogged(agent, before);
        _workspace.Folder("elsewhere");
        using var after = TracedProgram.Start(_workspace.Install(TracedProgram.Compile("ticker", "-DSHIFTED"), $"elsewhere/{_unique}"));
        UntilLogged(agent, after);
        agent.Stop();

        Assert.All(Of(agent, before), line => Assert.Equal(program, line.Message));
        Assert.All(Of(agent, after), line => Assert.Equal(_workspace[$"elsewhere/{_unique}"], line.Message));
    }

    [Fact]
    public void Of_long_names_that_begin_alike_only_the_one_that_was_asked_for_is_traced()
    {
        var api = $"{_unique}-service-api";
        using var asked = TracedProgram.Start(_workspace.Install(TracedProgram.Compile("ticker"), api));
        using var other = TracedProgram.Start(
            _workspace.Install(TracedProgram.Compile("ticker", "-DSHIFTED"), $"{_unique}-service-worker"));
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules($"{{process: {api}}}", "args: 1"));
        using var later = TracedProgram.Start(
            _workspace.Install(TracedProgram.Compile("ticker", "-DSHIFTED", "-DFACTOR=5"), $"{_unique}-service-other"));
        UntilLogged(agent, asked);
        agent.Reload();
        agent.WaitForMessage("reloaded");

        other.Ask("5");
        later.Ask("5");
        var calls = long.Parse(asked.Ask("1"), CultureInfo.InvariantCulture);
        Eventually.True(() => Of(agent, asked).Any(line => line.Arg(1) == calls), "the last call", agent.Dump);
        agent.Stop();

        Assert.All(agent.Events("tick"), line => Assert.Equal(asked.Pid, line.Pid));
    }

    [Fact]
    public void A_script_is_known_by_its_long_name()
    {
        var script = $"{_unique}-service-script";
        _workspace.Install(TracedProgram.Compile("ticker"), "interpreter");
        File.WriteAllText(_workspace[script], $"#!{_workspace["interpreter"]}\n");
        File.SetUnixFileMode(_workspace[script], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var program = TracedProgram.Start(_workspace[script]);
        Assert.Equal("0", program.Ask("0"));
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules($"{{process: {script}}}", "args: 1"));

        UntilLogged(agent, program);
        agent.Stop();
    }

    [Fact]
    public void Two_builds_of_one_library_are_traced_in_their_processes()
    {
        var one = Library("v1", 3);
        var two = Library("v2", 5);
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules(_workspace["v*/libtick.so"], "args: 1", "on: call"));

        Assert.Equal("30", Call(one));
        Assert.Equal("50", Call(two));

        agent.WaitForEvents("tick", 2);
        agent.Stop();
        Assert.Equal([30L, 50L], agent.Events("tick").Select(line => line.Ret).Order());
    }

    [Fact]
    public async Task Many_edits_of_a_rule_with_several_files_miss_no_call_and_log_none_twice()
    {
        const int edits = 60;
        using var one = TracedProgram.Start(Install("app-1/ticker"));
        using var two = TracedProgram.Start(Install("app-2/ticker", "-DSHIFTED", "-DFACTOR=4"));
        Edit(0);
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace["rules.yaml"], "--ring-size", "33554432");
        using var stop = new CancellationTokenSource();
        var calls = Task.WhenAll(Run(one, stop.Token), Run(two, stop.Token));
        for (var edit = 1; edit <= edits; edit++)
        {
            Edit(edit);
            Eventually.True(() => agent.Events("tick") is [.., var last] && last.Message == Mark(edit), $"edit {edit}", agent.Dump);
        }

        await stop.CancelAsync();
        var counts = await calls;
        Eventually.True(() => agent.Events("tick").Count >= counts.Sum(), "all calls", agent.Dump);
        agent.Stop();

        Assert.Equal(Numbers(counts[0]), Of(agent, one).Select(line => line.Arg(1)).Order());
        Assert.Equal(Numbers(counts[1]), Of(agent, two).Select(line => line.Arg(1)).Order());
        Assert.Equal(new Totals(counts.Sum(), counts.Sum(), 0), agent.Totals("tick"));

        void Edit(int edit) =>
            Rules(_workspace["app-*/ticker"], $"args: {1 + (edit % 2)}", "on: call", "budget: none", $"format: '{Mark(edit)}'");

        static string Mark(int edit) => $"edit {edit}.";

        static IEnumerable<long> Numbers(long count) => Enumerable.Range(1, (int)count).Select(number => (long)number);

        static Task<long> Run(TracedProgram program, CancellationToken stop) => Task.Run(() =>
        {
            var count = 0L;
            while (!stop.IsCancellationRequested)
            {
                count = long.Parse(program.Ask("5"), CultureInfo.InvariantCulture);
            }

            return count;
        });
    }

    private string Rules(string binary, params string[] lines) =>
        _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule("tick", binary, "Tick", lines)));

    private string Install(string path, params string[] options)
    {
        _workspace.Folder(Path.GetDirectoryName(path)!);
        return _workspace.Install(TracedProgram.Compile("ticker", options), path);
    }

    private string Library(string folder, int factor)
    {
        _workspace.Folder(folder);
        var source = _workspace.Write(
            $"{folder}/tick.c", $"__attribute__((noipa)) long Tick(long number) {{ return {factor} * number; }}\n");
        Command.OutputOf("gcc", "-O2", "-shared", "-fPIC", "-o", _workspace[$"{folder}/libtick.so"], source);
        return _workspace[$"{folder}/libtick.so"];
    }

    private static string Call(string library) => Command.OutputOf(
        "/usr/bin/python3", "-c", $"import ctypes; print(ctypes.CDLL('{library}').Tick(10), end='')");

    private static IReadOnlyList<EventLine> Of(AgentProcess agent, TracedProgram program) =>
        [.. agent.Events("tick").Where(line => line.Pid == program.Pid)];

    private static void UntilLogged(AgentProcess agent, TracedProgram program)
    {
        var before = Of(agent, program).Count;
        Eventually.True(
            () =>
            {
                program.Ask("1");
                return Of(agent, program).Count > before;
            },
            $"a call of {program.Pid} to be logged",
            agent.Dump);
    }
}
