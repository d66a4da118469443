namespace TraceAgent.EndToEnd;

/// <summary>
/// <c>binaries: {allow, deny}</c> against a user who may make namespaces, and mounts in them: the program of somebody else, which
/// the lists spare, is not logged under whatever name he gives it.
/// </summary>
public sealed class BinaryListTests : IDisposable
{
    private const string AsNobody = "setpriv --reuid nobody --regid nogroup --clear-groups unshare -Urm";
    private const int Calls = 50;
    private readonly Workspace workspace = new();
    private readonly string unique = $"bl{Guid.NewGuid():N}"[..12];
    private readonly string allowed;
    private readonly string foreign;

    public BinaryListTests()
    {
        foreach (var folder in (string[])["allowed", "foreign", "user", "user/merged", "user/other"])
        {
            workspace.Folder(folder);
        }

        allowed = workspace.Install(TracedProgram.Compile("ticker", "-static"), $"allowed/{unique}");
        foreign = workspace.Install(TracedProgram.Compile("ticker", "-static", "-DSHIFTED", "-DFACTOR=4"), $"foreign/{unique}");
    }

    private string Allow => $"allow: ['{workspace["allowed/**"]}']";

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_bind_mount_over_an_allowed_path_in_a_users_namespace_does_not_pass_as_the_allowed_file()
    {
        using var disguise = Run(AsNobody, $"mount --bind {foreign} {allowed} && exec {allowed}");
        AssertSpared(Allow, "another user namespace");
        AssertSpared($"deny: ['{foreign}']", "another user namespace");
        AssertLogged("");
    }

    [Fact]
    public void A_process_outside_of_the_namespace_that_executes_a_file_of_it_is_no_way_around()
    {
        using var holder = Run(AsNobody, $"mount --bind {foreign} {allowed} && exec /bin/sleep 600");
        using var disguise = TracedProgram.Start(
            "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "sh", "-c",
            $"until cmp -s /proc/{holder.Pid}/root{allowed} {foreign}; do sleep 0.1; done; exec /proc/{holder.Pid}/root{allowed}");
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
            $"mount -t overlay o -o lowerdir={workspace["foreign"]}:{workspace["user/other"]} {workspace["user/merged"]} "
                + $"&& exec {workspace["user/merged"]}/{unique}");
        var denied = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, foreign, workspace["foreign"]);

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
            $"mount -t overlay o -o lowerdir={workspace["foreign"]}:{workspace["user/other"]} {workspace["user/merged"]} "
                + $"&& exec {workspace["user/merged"]}/{unique}");
        var denied = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, foreign, workspace["foreign"]);

        AssertSpared($"deny: [{denied}]", $"denies {denied.Trim('\'')}");
        AssertLogged("");
        AssertLogged($"deny: ['{allowed}']");
    }

    [Fact]
    public void A_bind_mount_that_root_has_made_elsewhere_is_the_file_that_it_shows()
    {
        using (var disguise = Run("unshare -m", $"mount --bind {foreign} {allowed} && exec {allowed}"))
        {
            AssertSpared(Allow, "not among");
            AssertSpared($"deny: ['{workspace["foreign/**"]}']", $"denies {workspace["foreign/**"]}");
        }

        // And the other way about: an allowed file under any name.
        using var service = Run("unshare -m", $"mount --bind {allowed} {workspace["user/other"]}/../../foreign/{unique} && exec {foreign}");
        using var agent = Start(Allow);
        service.Ask($"{Calls}");
        Assert.Equal(Calls, agent.WaitForEvents("tick", Calls).Count);
        agent.Stop();
    }

    [Fact]
    public void A_users_other_name_for_an_allowed_file_does_not_hide_it()
    {
        using var earlier = Run(
            AsNobody, $"mount --bind {workspace["allowed"]} {workspace["user/other"]} && exec {workspace["user/other"]}/{unique}");
        using var service = TracedProgram.Start(allowed);
        service.Ask("0");
        using var agent = Start(Allow);

        service.Ask($"{Calls}");

        Assert.Equal(Calls, agent.WaitForEvents("tick", Calls).Count);
        agent.Stop();
    }

    /// <summary>A program of another user, called by its own name, that has nothing to do with whoever made the other process.</summary>
    private void AssertSpared(string lists, string reason)
    {
        using var victim = TracedProgram.Start(foreign);
        using var agent = Start(lists);
        Assert.True(agent.MessagesWith("TA243") > 0, agent.Tell());
        Assert.Contains(agent.Messages, message => message.Contains(reason, StringComparison.Ordinal));
        victim.Ask($"{Calls}");
        agent.Stop();
        Assert.Empty(agent.Events("tick"));
    }

    /// <summary>That there would be something to see.</summary>
    private void AssertLogged(string lists)
    {
        using var victim = TracedProgram.Start(foreign);
        using var agent = Start(lists);
        victim.Ask($"{Calls}");
        agent.WaitForEvents("tick", Calls);
        agent.Stop();

        // Once, also where a process shows the same file by an overlay.
        Assert.Equal(Calls, agent.Events("tick").Count);
    }

    private AgentProcess Start(string lists)
    {
        var rules = workspace.Write(
            "rules.yaml", RuleText.File(RuleText.Rule("tick", $"{{process: {unique}}}", "Tick", "args: 1", "budget: none")));
        var configuration = workspace.Write("agent.yaml", lists.Length == 0 ? "socket: none\n" : $"binaries: {{{lists}}}\n");
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
