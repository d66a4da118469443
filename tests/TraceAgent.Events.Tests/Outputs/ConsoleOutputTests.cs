using System.IO.Pipes;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Outputs;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Events.Tests.Outputs;

public class ConsoleOutputTests
{
    private readonly Sample _sample = new("{v}", ProbeTrigger.Entry, [new(0, "v", CaptureType.Default)]);

    [Fact]
    public void Lines_reach_the_reader_of_a_pipe_at_the_commit()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var output = Open(pipe);
        output.Write(_sample.Decode(_sample.Record(7))!);

        Assert.Null(output.Commit());

        using var reader = new StreamReader(pipe);
        Assert.EndsWith("\"args\":{\"v\":7}}", reader.ReadLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_has_gone_is_told_as_such()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var output = Open(pipe);
        pipe.Dispose();
        output.Write(_sample.Decode(_sample.Record(7))!);

        var failure = output.Commit();

        Assert.NotNull(failure);
        Assert.True(failure.ReaderGone);
        Assert.Equal("write standard output: Broken pipe (EPIPE); its reader has closed it", failure.Reason);
    }

    [Fact]
    public void Lines_come_after_what_others_have_written_to_the_same_file()
    {
        var path = Path.GetTempFileName();
        using (var file = File.OpenHandle(path, FileMode.Truncate, FileAccess.ReadWrite))
        {
            var descriptor = (int)file.DangerousGetHandle();
            using var output = ConsoleOutput.Open(new OutputConfiguration.Console(OutputFormat.Clef), descriptor);
            StandardDescriptor.Write(descriptor, "before\n"u8);
            output.Write(_sample.Decode(_sample.Record(7))!);
            Assert.Null(output.Commit());
            StandardDescriptor.Write(descriptor, "after\n"u8);
            output.Write(_sample.Decode(_sample.Record(8))!);
            Assert.Null(output.Commit());
        }

        var lines = File.ReadAllLines(path);
        File.Delete(path);
        Assert.Equal(4, lines.Length);
        Assert.Equal(("before", "after"), (lines[0], lines[2]));
        Assert.EndsWith("{\"v\":7}}", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("{\"v\":8}}", lines[3], StringComparison.Ordinal);
    }

    private static ConsoleOutput Open(AnonymousPipeServerStream pipe) =>
        ConsoleOutput.Open(new OutputConfiguration.Console(OutputFormat.Clef), (int)pipe.ClientSafePipeHandle.DangerousGetHandle());
}
