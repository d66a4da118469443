using Microsoft.Extensions.Logging;
using TraceAgent.Events.Outputs;
using TraceAgent.Hosting;
using TraceAgent.Logging;

namespace TraceAgent.Tests.Hosting;

public sealed class OutputReporterTests : ILogger
{
    private static readonly CommitResult Full = Failed("write /a: No space left on device (ENOSPC)");

    private readonly List<string> _said = [];
    private readonly OutputReporter _reporter;
    private TimeSpan _now;

    public OutputReporterTests() => _reporter = new OutputReporter(this, () => _now);

    [Fact]
    public void A_failure_is_told_once_then_its_end_and_then_the_next_failure()
    {
        Commit(0, CommitResult.Complete);
        Commit(1, Full);
        Commit(2, Full);
        Commit(10, CommitResult.Complete);
        Commit(11, CommitResult.Complete);
        Commit(12, Full, events: 1);
        Commit(20, CommitResult.Complete);

        const string failed = "output failed: write /a: No space left on device (ENOSPC); events that it does not take are counted as lost";
        Assert.Equal(
            [failed, "output works again: /a; lost meanwhile: 14 events", failed, "output works again: /a; lost meanwhile: 1 event"],
            _said);
    }

    [Fact]
    public void A_disk_that_takes_only_small_batches_fails_once()
    {
        for (var i = 0; i < 100; i++)
        {
            Commit(i * 0.1, i % 2 == 0 ? Full : CommitResult.Complete);
        }

        Assert.Single(_said);
    }

    [Fact]
    public void Each_output_fails_for_itself()
    {
        Commit(1, Full);
        Commit(10, Failed("write /b: Input/output error (EIO)"));

        Assert.Equal(["output failed", "output failed", "output works again"], _said.Select(line => line.Split(':')[0]));
    }

    [Fact]
    public void A_reader_that_has_gone_is_told_once_and_ends_the_agent()
    {
        var ends = 0;
        _reporter.OnReaderGone += () => ends++;
        var gone = new CommitResult([new OutputFailure("standard output", "write standard output: Broken pipe (EPIPE)", ReaderGone: true)]);

        Commit(1, gone);
        Commit(2, gone);

        Assert.Equal("nobody reads the output any more; stopping", Assert.Single(_said));
        Assert.Equal(1, ends);
    }

    [Fact]
    public void A_file_that_was_opened_again_is_told()
    {
        Commit(1, new CommitResult([]) { Reopened = ["/a"] });

        Assert.Equal("output reopened: /a had been renamed or deleted; a new file has its name", Assert.Single(_said));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _said.Add(formatter(state, exception));

    private static CommitResult Failed(string reason) => new([new OutputFailure(reason.Split(' ')[1].TrimEnd(':'), reason)]);

    private void Commit(double seconds, CommitResult result, int events = 7)
    {
        _now = TimeSpan.FromSeconds(seconds);
        _reporter.Committed(result, events);
    }
}
