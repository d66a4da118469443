using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text;

namespace TraceAgent.EndToEnd;

/// <summary>The active rules follow the files, whoever changes them and however.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("ticker");
    private readonly TracedProgram _ticker;

    public ReloadTests() => _ticker = TracedProgram.Start(_program);

    public void Dispose()
    {
        _ticker.Dispose();
        _workspace.Dispose();
    }

    [Fact]
    public void A_broken_file_is_rejected_with_its_position_and_the_old_rules_stay()
    {
        var folder = _workspace.Folder("rules");
        _workspace.Write("rules/first.yaml", Tick("first", "old"));
        _workspace.Write("rules/second.yaml", Tick("second", "old"));
        using var agent = AgentProcess.Start(AttachMethod.Multi, folder);
        CallUntil(agent, "first", "old");

        _workspace.Write("rules/first.yaml", Tick("first", "new").Replace("symbol:", "symbl:", StringComparison.Ordinal));
        agent.WaitForMessage("rejected");
        _workspace.Write("rules/second.yaml", Tick("second", "new"));
        CallUntil(agent, "second", "new");

        Assert.Contains(agent.Messages, message => message.Contains("first.yaml:4:5", StringComparison.Ordinal));
        var before = agent.Events("first").Count;
        _ticker.Ask("3");
        Assert.All(agent.WaitForEvents("first", before + 3), line => Assert.Equal("old", line.Message));

        _workspace.Write("rules/first.yaml", Tick("first", "new"));
        CallUntil(agent, "first", "new");
        agent.Stop();
        Assert.Equal(1, agent.MessagesWith("rule file accepted: "));
    }

    [Fact]
    public void An_edit_that_keeps_size_and_time_of_the_file_is_active()
    {
        var file = _workspace.Write("rules.yaml", Tick("rule", "first"));
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, old);
        using var agent = AgentProcess.Start(AttachMethod.Multi, file);
        CallUntil(agent, "rule", "first");

        File.WriteAllText(file, Tick("rule", "other"));
        File.SetLastWriteTimeUtc(file, old);

        CallUntil(agent, "rule", "other");
        agent.Stop();
    }

    [Fact]
    public void Files_come_and_go()
    {
        var folder = _workspace.Folder("rules");
        using var agent = AgentProcess.Start(AttachMethod.Multi, folder);

        _workspace.Write("rules/one.yaml", Tick("one", "here"));
        CallUntil(agent, "one", "here");
        var links = KernelObjects.Of(agent.Pid).Links;
        Assert.NotEmpty(links);
        _workspace.Overwrite("rules/two.yml", Tick("two", "here"));
        CallUntil(agent, "two", "here");
        _workspace.Delete("rules/one.yaml");
        Eventually.True(() => !KernelObjects.Of(agent.Pid).Links.Overlaps(links), "the links of the deleted file to go", agent.Dump);
        var calls = long.Parse(_ticker.Ask("1"), CultureInfo.InvariantCulture);
        _ticker.Ask("5");
        Eventually.True(() => agent.Events("two").Any(line => line.Arg(1) == calls + 5), "the newest call", agent.Dump);

        agent.Stop();
        Assert.All(agent.Events("one"), line => Assert.InRange(line.Arg(1), 1, calls - 1));
    }

    [Fact]
    public void A_single_file_may_be_edited_in_place_or_replaced()
    {
        var file = _workspace.Write("rules.yaml", Tick("rule", "first"));
        using var agent = AgentProcess.Start(AttachMethod.Multi, file);
        CallUntil(agent, "rule", "first");

        _workspace.Overwrite("rules.yaml", Tick("rule", "in place"));
        CallUntil(agent, "rule", "in place");
        _workspace.Write("rules.yaml", Tick("rule", "replaced"));
        CallUntil(agent, "rule", "replaced");
        _workspace.Overwrite("rules.yaml", Tick("rule", "in place again"));
        CallUntil(agent, "rule", "in place again");
        agent.Stop();
    }

    [Fact]
    public void A_swapped_symbolic_link_is_followed_as_Kubernetes_swaps_it()
    {
        var folder = _workspace.Folder("rules");
        Version("..2026_1", "first");
        File.CreateSymbolicLink(_workspace["rules/..data"], "..2026_1");
        File.CreateSymbolicLink(_workspace["rules/rules.yaml"], "..data/rules.yaml");
        using var agent = AgentProcess.Start(AttachMethod.Multi, folder);
        CallUntil(agent, "rule", "first");

        foreach (var name in new[] { "second", "third" })
        {
            Version($"..2026_{name}", name);
            File.CreateSymbolicLink(_workspace["rules/..data_tmp"], $"..2026_{name}");
            Command.OutputOf("mv", "-T", _workspace["rules/..data_tmp"], _workspace["rules/..data"]);
            CallUntil(agent, "rule", name);
        }

        Assert.Equal(0, agent.MessagesWith("rejected"));
        agent.Stop();

        void Version(string version, string text)
        {
            _workspace.Folder($"rules/{version}");
            _workspace.Write($"rules/{version}/rules.yaml", Tick("rule", text));
        }
    }

    [Fact]
    public void Temporary_files_of_editors_are_ignored()
    {
        var folder = _workspace.Folder("rules");
        _workspace.Write("rules/rules.yaml", Tick("rule", "first"));
        using var agent = AgentProcess.Start(AttachMethod.Multi, folder);
        CallUntil(agent, "rule", "first");

        foreach (var name in new[] { ".rules.yaml.swp", ".rules.yaml", "4913", "rules.yaml~", "#rules.yaml#", "rules.yaml.bak" })
        {
            File.WriteAllText(_workspace[$"rules/{name}"], "rules: [{name: [");
        }

        _workspace.Write("rules/rules.yaml", Tick("rule", "second"));
        CallUntil(agent, "rule", "second");
        Assert.Equal(0, agent.MessagesWith("rejected"));
        agent.Stop();
    }

    [Fact]
    public void SIGHUP_reloads_what_no_notification_tells_of()
    {
        var file = _workspace.Write("rules.yaml", Tick("rule", "first"));
        // inotify does not report what is written through a mapping.
        using var mapping = MemoryMappedFile.CreateFromFile(file, FileMode.Open);
        using var bytes = mapping.CreateViewAccessor();
        using var agent = AgentProcess.Start(AttachMethod.Multi, file);
        CallUntil(agent, "rule", "first");

        var text = Tick("rule", "other");
        bytes.WriteArray(0, Encoding.ASCII.GetBytes(text), 0, text.Length);
        bytes.Flush();
        agent.Reload();

        CallUntil(agent, "rule", "other");
        agent.Stop();
    }

    private string Tick(string name, string message) =>
        RuleText.File(RuleText.Rule(name, _program, "Tick", "args: 1", $"format: '{message}'"));

    /// <summary>Makes calls until one is logged by <paramref name="rule"/> with this message.</summary>
    private void CallUntil(AgentProcess agent, string rule, string message) => Eventually.True(
        () =>
        {
            _ticker.Ask("1");
            return agent.Events(rule).Any(line => line.Message == message);
        },
        $"'{message}' of {rule}",
        agent.Dump);
}
