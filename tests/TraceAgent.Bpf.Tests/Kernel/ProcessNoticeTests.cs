using System.Buffers.Binary;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Kernel;

public class ProcessNoticeTests
{
    [Theory]
    [InlineData("ls\0bin\0usr\0", "/usr/bin/ls")]
    [InlineData("init\0", "/init")]
    [InlineData("ü\0ö\0", "/ö/ü")]
    [InlineData("", "/")]
    public void The_parts_of_the_path_are_put_in_order(string parts, string path) =>
        Assert.Equal(path, Read(NoticeBytes.Executed(7, 1, 100, parts, "")).Executable);

    [Theory]
    [InlineData("ls\0-l\0", 0, "ls -l")]
    [InlineData("ls\0\0\0", 0, "ls")]
    [InlineData("ls\0-", NoticeBytes.ArgumentsCut, "ls -…")]
    [InlineData("", 0, "")]
    [InlineData("ls\0", NoticeBytes.ArgumentsFault, null)]
    public void The_command_line_is_what_was_read_of_it(string arguments, int flags, string? text) =>
        Assert.Equal(text, Read(NoticeBytes.Executed(7, 1, 100, "ls\0", arguments, flags)).CommandLine);

    [Fact]
    public void A_path_that_was_cut_is_none() =>
        Assert.Null(Read(NoticeBytes.Executed(7, 1, 100, "ls\0", "", NoticeBytes.PathCut)).Executable);

    [Fact]
    public void Only_an_execution_has_texts()
    {
        var fork = Read(NoticeBytes.Forked(7, 1, 100, origin: 3));

        Assert.Equal((ProcessAct.Forked, 7, 1, 3, 100UL), (fork.Act, fork.Pid, fork.ParentPid, fork.OriginPid, fork.Time));
        Assert.Null(fork.Executable);
        Assert.Null(fork.CommandLine);
    }

    [Theory]
    [InlineData(0, false, false, false)]
    [InlineData(1, true, false, false)]
    [InlineData(2, false, true, false)]
    [InlineData(5, true, false, true)]
    public void A_signal_tells_its_number_and_the_files_that_the_process_may_execute(int flags, bool isProbed, bool isHandled, bool isAtEnd)
    {
        var signal = Read(NoticeBytes.Signalled(7, 11, 100, flags, 5, ulong.MaxValue));

        Assert.Equal((ProcessAct.Signalled, 7, 11, 100UL), (signal.Act, signal.Pid, signal.Signal, signal.Time));
        Assert.Equal((isProbed, isHandled, isAtEnd), (signal.IsProbed, signal.IsHandled, signal.IsAtEnd));
        Assert.Equal([5, ulong.MaxValue], signal.Files.ToArray());
        Assert.Null(signal.Executable);
    }

    [Fact]
    public void Every_shortened_record_is_refused()
    {
        var record = NoticeBytes.Executed(7, 1, 100, "ls\0bin\0", "ls\0");

        for (var length = 0; length < record.Length; length++)
        {
            Assert.False(ProcessNotice.TryRead(record.AsSpan(0, length), out _));
        }

        Assert.True(ProcessNotice.TryRead(record, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(-1)]
    public void An_unknown_act_is_refused(int act)
    {
        var record = NoticeBytes.Ended(7, 100);
        BinaryPrimitives.WriteInt32LittleEndian(record, act);

        Assert.False(ProcessNotice.TryRead(record, out _));
    }

    [Fact]
    public void Any_bytes_give_some_text()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var record = NoticeBytes.Executed(7, 1, 100, new string('x', random.Next(0, 40)), new string('x', random.Next(0, 40)));
            random.NextBytes(record.AsSpan(NoticeBytes.HeaderSize));
            foreach (ref var one in record.AsSpan(NoticeBytes.HeaderSize))
            {
                one = random.Next(4) == 0 ? (byte)0 : one;
            }

            var notice = Read(record);

            Assert.StartsWith("/", notice.Executable, StringComparison.Ordinal);
            Assert.DoesNotContain('\0', notice.Executable + notice.CommandLine);
        }
    }

    private static ProcessNotice Read(byte[] record)
    {
        Assert.True(ProcessNotice.TryRead(record, out var notice));
        return notice;
    }
}
