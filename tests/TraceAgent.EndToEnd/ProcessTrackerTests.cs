using System.Globalization;
using TraceAgent.Bpf.Notices;
using TraceAgent.Bpf.Ring;
using TraceAgent.Capture;

namespace TraceAgent.EndToEnd;

/// <summary>What the kernel tells of processes, without the agent around it.</summary>
public sealed class ProcessTrackerTests : IDisposable
{
    private readonly List<Notice> _reported = [];
    private readonly Workspace _workspace = new();
    private readonly ProcessTracker _tracker = ProcessTracker.Start();

    public void Dispose()
    {
        _tracker.Dispose();
        _workspace.Dispose();
    }

    [Fact]
    public void A_process_is_forked_executes_and_ends()
    {
        var brief = TracedProgram.Compile("brief");

        var pid = int.Parse(Command.OutputOf(brief, "spawn", "1", brief).Split(' ')[0], CultureInfo.InvariantCulture);

        var notices = Drain().Where(notice => notice.Pid == pid).ToArray();
        Assert.Equal([ProcessAct.Forked, ProcessAct.Executed, ProcessAct.Ended], notices.Select(notice => notice.Act));
        Assert.Equal(brief, notices[1].Executable);
        Assert.Equal($"{brief} 0", notices[1].CommandLine);
        Assert.Single(notices.Select(notice => notice.StartTime).Distinct());
        Assert.True(notices[0].StartTime <= notices[0].Time && notices[0].Time < notices[1].Time && notices[1].Time < notices[2].Time);
        var parent = notices[0].ParentPid;
        Assert.Equal($"{brief} spawn 1 {brief}", Executions().Single(notice => notice.Pid == parent).CommandLine);
        Assert.Equal(parent, notices[0].OriginPid);
    }

    [Fact]
    public void A_script_is_its_interpreter_with_the_script_as_argument()
    {
        var script = _workspace.Write("script", "#!/bin/sh\nexit 0\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Command.OutputOf(script, "word");

        var execution = Executions().Single(notice => notice.CommandLine == $"/bin/sh {script} word");
        Assert.Equal(Command.OutputOf("readlink", "-f", "/bin/sh").Trim(), execution.Executable);
        Assert.Equal(ulong.Parse(Command.OutputOf("stat", "-L", "-c", "%i", "/bin/sh"), CultureInfo.InvariantCulture), execution.Inode);
    }

    [Fact]
    public void In_a_mount_namespace_of_its_own_a_process_has_the_path_inside()
    {
        var root = _workspace.Folder("root");
        Command.OutputOf("unshare", "-m", "sh", "-c",
            $"mount -t tmpfs none {root} && mkdir {root}/deep && cp /bin/true {root}/deep/down && mount --bind {root}/deep /mnt " +
                $"&& /mnt/down here");

        Assert.Equal("/mnt/down", Executions().Single(notice => notice.CommandLine == "/mnt/down here").Executable);
    }

    [Fact]
    public void A_long_command_line_is_cut_and_says_so()
    {
        var word = new string('ä', 700);

        Command.OutputOf("/bin/true", word);

        var commandLine = Executions()
            .Single(notice => notice.CommandLine!.StartsWith("/bin/true ä", StringComparison.Ordinal)).CommandLine!;
        Assert.Equal($"/bin/true {word[..507]}…", commandLine);
    }

    [Fact]
    public void A_path_that_is_too_deep_is_left_to_proc()
    {
        var folder = string.Concat(Enumerable.Repeat("/a", 60));
        _workspace.Folder(folder[1..]);
        var program = _workspace.Install("/bin/true", $"{folder[1..]}/program");

        Command.OutputOf(program);

        Assert.Null(Executions().Single(notice => notice.CommandLine == program).Executable);
    }

    [Fact]
    public void A_file_in_memory_has_the_name_that_proc_shows()
    {
        Command.OutputOf(TracedProgram.Compile("brief"), "memory", "/bin/true", "unseen");

        Assert.Equal("/memfd:secret", Executions().Single(notice => notice.CommandLine == "unseen").Executable);
    }

    private IEnumerable<Notice> Executions() => Drain().Where(notice => notice.Act == ProcessAct.Executed);

    private List<Notice> Drain()
    {
        Assert.True(_tracker.Drain(new Collector(_reported)));
        Assert.Equal(0, _tracker.Lost);
        return _reported;
    }

    private sealed record Notice(
        ProcessAct Act,
        int Pid, int ParentPid, int OriginPid, ulong Time, ulong StartTime, ulong Inode, string? Executable, string? CommandLine);

    private sealed class Collector(List<Notice> notices) : IRecordConsumer
    {
        public bool Take(ReadOnlySpan<byte> record)
        {
            Assert.True(ProcessNotice.TryRead(record, out var notice));
            notices.Add(new Notice(
                notice.Act, notice.Pid,
                notice.ParentPid, notice.OriginPid, notice.Time, notice.StartTime, notice.Inode, notice.Executable, notice.CommandLine));
            return true;
        }
    }
}
