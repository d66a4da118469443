using System.IO.Pipes;
using TraceAgent.Capture;
using TraceAgent.Configuration;
using TraceAgent.Outputs;
using TraceAgent.Rules;
using TraceAgent.Tests.Events;

namespace TraceAgent.Tests.Outputs;

public class ConsoleOutputTests
{
    private readonly Sample _sample = new("{v}", ProbeMoment.Entry, [new(0, "v", CaptureType.Default)]);

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

    private static ConsoleOutput Open(AnonymousPipeServerStream pipe) =>
        ConsoleOutput.Open(new OutputConfiguration.Console(OutputFormat.Clef), (int)pipe.ClientSafePipeHandle.DangerousGetHandle());
}
