using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>Processes in roots of their own are traced by their names.</summary>
public sealed partial class TargetFormTests
{
    [Fact]
    public void A_file_on_an_overlay_that_is_renamed_linked_or_deleted_is_not_taken_for_overwritten()
    {
        using var contained = Contained("one", ownCopy: true);
        var file = $"/proc/{contained.Pid}/root/{_unique}";
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules($"{{process: {_unique}}}", "args: 1"));
        UntilLogged(agent, contained);
        string[][] changes =
        [
            ["chmod", "0711", file],
            ["ln", file, $"{file}.link"],
            ["mv", file, $"{file}.moved"],
            ["rm", $"{file}.moved", $"{file}.link"],
        ];

        foreach (var (change, looks) in changes.Select((change, index) => (change, index + 1)))
        {
            Command.OutputOf(change[0], change[1..]);
            agent.Reload();
            agent.WaitForMessage("reloaded", looks);
            var calls = long.Parse(contained.Ask("1"), CultureInfo.InvariantCulture);
            Eventually.True(() => Of(agent, contained).Any(line => line.Arg(1) == calls), $"the call after {change[0]}", agent.Dump);
        }

        agent.Stop();
        Assert.Equal(0, agent.MessagesWith("overwritten"));
        Assert.Equal(Of(agent, contained).Select(line => line.Arg(1)).Distinct(), Of(agent, contained).Select(line => line.Arg(1)));
    }

    [Fact]
    public void A_process_in_a_chroot_on_an_overlay_in_its_own_mount_namespace_is_traced_also_when_its_file_is_gone()
    {
        using var contained = Contained("one");
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules($"{{process: {_unique}}}", "args: 1", "format: '{binary}'"));
        UntilLogged(agent, contained);
        Assert.False(File.Exists(_workspace[$"one/merged/{_unique}"]));
        File.Delete($"/proc/{contained.Pid}/root/{_unique}");

        UntilLogged(agent, contained);
        agent.Stop();
        Assert.All(Of(agent, contained), line => Assert.Equal(_workspace[$"one/merged/{_unique}"], line.Message));
    }

    [Fact]
    public void Containers_of_one_image_are_all_traced_and_each_call_once()
    {
        using var one = Contained("one");
        using var two = Contained("two");
        File.SetUnixFileMode($"/proc/{two.Pid}/root/{_unique}", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var copied = TracedProgram.Start("nsenter", "-t", $"{two.Pid}", "-m", "-r", $"/{_unique}");
        copied.Ask("1");
        using var agent = AgentProcess.Start(AttachMethod.Multi, Rules($"{{process: {_unique}}}", "args: 1"));
        using var three = Contained("three");
        UntilLogged(agent, three);
        foreach (var program in new[] { one, two, copied })
        {
            program.Ask("5");
        }

        var calls = Of(agent, three).Count + 15;
        Eventually.True(() => agent.Events("tick").Count >= calls, $"{calls} calls", agent.Dump);
        agent.Stop();
        Assert.All(new[] { one, two, copied }, program => Assert.Equal(5, Of(agent, program).Count));
        Assert.Equal(Of(agent, three).Select(line => line.Arg(1)).Distinct(), Of(agent, three).Select(line => line.Arg(1)));
    }

    /// <summary>A process of its own overlay of one image, in a mount namespace of its own.</summary>
    private TracedProgram Contained(string name, bool ownCopy = false)
    {
        foreach (var folder in new[] { "image", name, $"{name}/upper", $"{name}/work", $"{name}/merged" })
        {
            _workspace.Folder(folder);
        }

        if (!File.Exists(_workspace[$"image/{_unique}"]))
        {
            _workspace.Install(TracedProgram.Compile("ticker", "-static"), $"image/{_unique}");
        }

        var (image, own) = (_workspace["image"], _workspace[name]);
        var contained = TracedProgram.Start(
            "unshare", "-m", "sh", "-c",
            $"mount -t overlay overlay -o lowerdir={image},upperdir={own}/upper,workdir={own}/work {own}/merged && "
                + $"{(ownCopy ? $"cp {own}/merged/{_unique} {own}/merged/copy && mv {own}/merged/copy {own}/merged/{_unique} && " : "")}"
                + $"exec chroot {own}/merged /{_unique}");
        Assert.Equal("0", contained.Ask("0"));
        return contained;
    }
}
