namespace TraceAgent.EndToEnd;

/// <summary>
/// <c>binaries: {allow, deny}</c> against a user who may make namespaces, and mounts in them: the program of somebody else, which
/// the lists spare, is not logged under whatever name he gives it.
/// </summary>
public sealed class BinaryListTests : IDisposable
{
    private const string AsNobody = "setpriv --reuid nobody --regid nogroup --clear-groups unshare -Urm";
    private const int Calls = 50;
    private readonly Workspace _workspace = new();
    private readonly string _unique = $"bl{Guid.NewGuid():N}"[..12];
    private readonly string _allowed;
    private readonly string _foreign;

    public BinaryListTests()
    {
        foreach (var folder in (string[])["allowed", "foreign", "user", "user/merged", "user/other"])
        {
            _workspace.Folder(folder);
        }

        _allowed = _workspace.Install(TracedProgram.Compile("ticker", "-static"), $"allowed/{_unique}");
        _foreign = _workspace.Install(TracedProgram.Compile("ticker", "-static", "-DSHIFTED", "-DFACTOR=4"), $"foreign/{_unique}");
    }

    private string Allow => $"allow: ['{_workspace["allowed/**"]}']";

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_bind_mount_over_an_allowed_path_in_a_users_namespace_does_not_pass_as_the_allowed_file()
    {
        using var disguise = Run(AsNobody, $"mount --bind {_foreign} {_allowed} && exec {_allowed}");
        AssertSpared(Allow, "another user namespace");
        AssertSpared($"deny: ['{_foreign}']", "another user namespace");
        AssertLogged("");
    }

    [Fact]
    public void A_process_outside_of_the_namespace_that_executes_a_file_of_it_is_no_way_around()
    {
        using var holder = Run(AsNobody, $"mount --bind {_foreign} {_allowed} && exec /bin/sleep 600");
        using var disguise = TracedProgram.Start(
            "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "sh", "-c",
            $"until cmp -s /proc/{holder.Pid}/root{_allowed} {_foreign}; do sleep 0.1; done; exec /proc/{holder.Pid}/root{_allowed}");
        disguise.Ask("0");

        AssertSpared(Allow, "another user namespace");
    }

    [Theory]
    [InlineData("'{0}'")]
    [InlineData("'{1}/**'")]
    public void A_layer_of_an_overlay_in_a_users_namespace_is_still_the_denied_file(string pattern)
    {
        using var disguise = Run(
            AsNobody,
            $"mount -t overlay o -o lowerdir={_workspace["foreign"]}:{_workspace["user/other"]} {_workspace["user/merged"]} "
                + $"&& exec {_workspace["user/merged"]}/{_unique}");
        var denied = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, _foreign, _workspace["foreign"]);

        AssertSpared($"deny: [{denied}]", "another user namespace");
        AssertLogged("");
    }

    [Theory]
    [InlineData("'{0}'")]
    [InlineData("'{1}/**'")]
    public void A_layer_of_an_overlay_that_root_has_mounted_is_the_denied_file(string pattern)
    {
        using var disguise = Run(
            "unshare -m",
            $"mount -t overlay o -o lowerdir={_workspace["foreign"]}:{_workspace["user/other"]} {_workspace["user/merged"]} "
                + $"&& exec {_workspace["user/merged"]}/{_unique}");
        var denied = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, _foreign, _workspace["foreign"]);

        AssertSpared($"deny: [{denied}]", $"denies {denied.Trim('\'')}");
        AssertLogged("");
        AssertLogged($"deny: ['{_allowed}']");
    }

    [Fact]
    public void A_bind_mount_that_root_has_made_elsewhere_is_the_file_that_it_shows()
    {
        using (var disguise = Run("unshare -m", $"mount --bind {_foreign} {_allowed} && exec {_allowed}"))
        {
            AssertSpared(Allow, "not among");
            AssertSpared($"deny: ['{_workspace["foreign/**"]}']", $"denies {_workspace["foreign/**"]}");
        }

        // And the other way about: an allowed file under any name.
        using var service = Run(
            "unshare -m", $"mount --bind {_allowed} {_workspace["user/other"]}/../../foreign/{_unique} && exec {_foreign}");
        using var agent = Start(Allow);
        service.Ask($"{Calls}");
        Assert.Equal(Calls, agent.WaitForEvents("tick", Calls).Count);
        agent.Stop();
    }

    [Fact]
    public void A_users_other_name_for_an_allowed_file_does_not_hide_it()
    {
        using var earlier = Run(
            AsNobody, $"mount --bind {_workspace["allowed"]} {_workspace["user/other"]} && exec {_workspace["user/other"]}/{_unique}");
        using var service = TracedProgram.Start(_allowed);
        service.Ask("0");
        using var agent = Start(Allow);

        service.Ask($"{Calls}");

        Assert.Equal(Calls, agent.WaitForEvents("tick", Calls).Count);
        agent.Stop();
    }

    /// <summary>A program of another user, called by its own name, that has nothing to do with whoever made the other process.</summary>
    private void AssertSpared(string lists, string reason)
    {
        using var victim = TracedProgram.Start(_foreign);
        using var agent = Start(lists);
        Assert.True(agent.MessagesWith("TA243") > 0, agent.Dump());
        Assert.Contains(agent.Messages, message => message.Contains(reason, StringComparison.Ordinal));
        victim.Ask($"{Calls}");
        agent.Stop();
        Assert.Empty(agent.Events("tick"));
    }

    /// <summary>That there would be something to see.</summary>
    private void AssertLogged(string lists)
    {
        using var victim = TracedProgram.Start(_foreign);
        using var agent = Start(lists);
        victim.Ask($"{Calls}");
        agent.WaitForEvents("tick", Calls);
        agent.Stop();

        // Once, also where a process shows the same file by an overlay.
        Assert.Equal(Calls, agent.Events("tick").Count);
    }

    private AgentProcess Start(string lists)
    {
        var rules = _workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("tick", $"{{process: {_unique}}}", "Tick", "args: 1", "budget: none")));
        var configuration = _workspace.Write("agent.yaml", lists.Length == 0 ? "socket: none\n" : $"binaries: {{{lists}}}\n");
        return AgentProcess.Start(AttachMethod.Multi, rules, "--config", configuration);
    }

    private static TracedProgram Run(string launcher, string script)
    {
        var words = launcher.Split(' ');
        var program = TracedProgram.Start(words[0], [.. words[1..], "sh", "-c", script]);
        if (!script.Contains("sleep", StringComparison.Ordinal))
        {
            Assert.Equal("0", program.Ask("0"));
        }

        return program;
    }
}
