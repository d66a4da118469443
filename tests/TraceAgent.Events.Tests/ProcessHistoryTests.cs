using TraceAgent.Bpf.Tests.Kernel;
using TraceAgent.Capture;
using TraceAgent.Events.Processes;

namespace TraceAgent.Events.Tests;

public class ProcessHistoryTests
{
    private readonly ProcessHistory _history = new();

    [Fact]
    public void An_event_belongs_to_what_the_process_was_at_its_time()
    {
        Take(NoticeBytes.Executed(7, 1, 100, "sh\0", "sh\0"));
        Take(NoticeBytes.Executed(7, 1, 200, "ls\0", "ls\0-l\0"));

        Assert.Null(_history.Find(7, 99));
        Assert.Equal("/sh", _history.Find(7, 100)?.Executable);
        Assert.Equal("/sh", _history.Find(7, 199)?.Executable);
        Assert.Equal(new ProcessFacts("/ls", 1, "ls -l"), _history.Find(7, 200));
    }

    [Fact]
    public void A_copy_is_what_its_origin_was_with_a_parent_of_its_own()
    {
        _history.Seed(5, new ProcessFacts("/sh", 1, "sh -c x"));
        Take(NoticeBytes.Forked(7, parent: 1, 100, origin: 5));
        Take(NoticeBytes.Executed(5, 1, 200, "ls\0", "ls\0"));

        Assert.Equal(new ProcessFacts("/sh", 1, "sh -c x"), _history.Find(7, 300));
    }

    [Fact]
    public void A_copy_of_an_unknown_process_is_unknown_until_it_is_looked_at()
    {
        Take(NoticeBytes.Forked(7, 5, 100));

        Assert.Null(_history.Find(7, 100));
        Assert.False(_history.Knows(7));
    }

    [Fact]
    public void A_number_that_is_used_again_belongs_to_both_processes_in_turn()
    {
        Take(NoticeBytes.Executed(7, 1, 100, "a\0", ""));
        Take(NoticeBytes.Ended(7, 150));
        _history.Seed(5, new ProcessFacts("/b"));
        Take(NoticeBytes.Forked(7, 5, 200));

        Assert.Equal("/a", _history.Find(7, 149)?.Executable);
        Assert.Equal("/b", _history.Find(7, 200)?.Executable);

        _history.ReadUpTo(151 + ProcessHistory.Grace);
        Assert.Null(_history.Find(7, 149));
        Assert.Equal("/b", _history.Find(7, 200)?.Executable);
    }

    [Fact]
    public void A_number_that_an_unknown_process_uses_again_is_unknown()
    {
        Take(NoticeBytes.Executed(7, 1, 100, "a\0", ""));
        Take(NoticeBytes.Ended(7, 150));
        Take(NoticeBytes.Forked(7, 5, 200));

        Assert.Null(_history.Find(7, 201));
    }

    [Fact]
    public void A_process_that_has_ended_is_forgotten_when_its_events_must_have_been_read()
    {
        Take(NoticeBytes.Executed(7, 1, 100, "a\0", ""));
        Take(NoticeBytes.Ended(7, 150));

        _history.ReadUpTo(150 + ProcessHistory.Grace);
        Assert.NotNull(_history.Find(7, 149));

        _history.ReadUpTo(151 + ProcessHistory.Grace);
        Assert.Null(_history.Find(7, 149));
        Assert.Equal(0, _history.Count);
    }

    [Fact]
    public void The_memory_is_bounded_and_what_ended_first_goes_first()
    {
        for (var pid = 1; pid <= ProcessHistory.Capacity + 10; pid++)
        {
            Take(NoticeBytes.Executed(pid, 1, (ulong)pid, "a\0", ""));
            Take(NoticeBytes.Ended(pid, (ulong)pid));
        }

        Assert.Equal(ProcessHistory.Capacity, _history.Count);
        Assert.False(_history.Knows(10));
        Assert.True(_history.Knows(11));
    }

    [Fact]
    public void More_running_processes_than_there_is_room_for_are_unknown_and_forget_nobody()
    {
        for (var pid = 1; pid <= ProcessHistory.Capacity + 1; pid++)
        {
            Take(NoticeBytes.Executed(pid, 1, (ulong)pid, "a\0", ""));
        }

        Assert.True(_history.Knows(1));
        Assert.False(_history.Knows(ProcessHistory.Capacity + 1));
    }

    [Fact]
    public void Of_many_executions_the_last_ones_are_remembered()
    {
        for (var time = 1; time <= 20; time++)
        {
            Take(NoticeBytes.Executed(7, 1, (ulong)time, $"{time}\0", ""));
        }

        Assert.Equal("/20", _history.Find(7, 20)?.Executable);
        Assert.Equal("/13", _history.Find(7, 13)?.Executable);
        Assert.Null(_history.Find(7, 20 - ProcessHistory.MaxImages));
    }

    [Fact]
    public void A_path_that_the_kernel_cut_is_looked_up_and_one_that_is_gone_hides_the_old_one()
    {
        Take(NoticeBytes.Executed(7, 1, 100, "a\0", ""));
        Take(NoticeBytes.Executed(7, 1, 200, "", "", NoticeBytes.PathCut), _ => "/very/deep");
        Take(NoticeBytes.Executed(7, 1, 300, "", "", NoticeBytes.PathCut), _ => null);

        Assert.Equal("/very/deep", _history.Find(7, 200)?.Executable);
        Assert.Null(_history.Find(7, 300));
    }

    [Fact]
    public void When_notices_are_missing_nothing_is_certain()
    {
        Take(NoticeBytes.Executed(7, 1, 100, "a\0", ""));

        _history.Clear();

        Assert.Null(_history.Find(7, 100));
    }

    [Fact]
    public void Of_the_own_process_proc_tells_all()
    {
        var facts = ProcessFacts.Read(Environment.ProcessId);

        Assert.Equal(Environment.ProcessPath, facts?.Executable);
        Assert.True(facts?.ParentPid > 0);
        Assert.False(string.IsNullOrEmpty(facts?.CommandLine));
    }

    private void Take(byte[] record, Func<int, string?>? readExecutable = null)
    {
        Assert.True(ProcessNotice.TryRead(record, out var notice));
        _history.Take(notice, readExecutable ?? (_ => throw new InvalidOperationException("the notice tells the path")));
    }
}
