using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TraceAgent.Capture;
using TraceAgent.Engine;
using TraceAgent.Events.Outputs;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>Reports to the operator when an output begins to fail and when it works again, and not each of the failures between.</summary>
/// <param name="logger">The agent's logger.</param>
/// <param name="now">Time since any moment.</param>
internal sealed class OutputReporter(ILogger logger, Func<TimeSpan> now)
{
    /// <summary>
    /// The time after which a failure counts as fixed. A disk that is almost full takes small batches and refuses large ones:
    /// that is one failure, not many.
    /// </summary>
    private static readonly TimeSpan FixedAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Failing> _failing = [];
    private readonly ConcurrentDictionary<string, long> _errors = [];
    private readonly ConcurrentDictionary<string, long> _dropped = [];
    private bool _readerGone;

    /// <summary>Called when nobody reads a pipe any more: the agent has nothing left to do.</summary>
    public event Action? OnReaderGone;

    /// <summary>The number of batches that an output did not take. Any thread may ask.</summary>
    public long ErrorsOf(string output) => _errors.GetValueOrDefault(output);

    /// <summary>The number of events that an output took and then could not deliver. Any thread may ask.</summary>
    public long DroppedBy(string output) => _dropped.GetValueOrDefault(output);

    /// <summary>Reports a notice. Called from any thread.</summary>
    public void Noticed(DeliveryNotice notice)
    {
        if (notice.Dropped > 0)
        {
            _dropped.AddOrUpdate(notice.Output, notice.Dropped, (_, dropped) => dropped + notice.Dropped);
            Log.OutputDropped(logger, notice.Output, Plural.Of(notice.Dropped, "event"), notice.Reason ?? "rejected");
        }
        else if (notice.Reason is { } reason)
        {
            Log.OutputDelayed(logger, reason);
        }
        else
        {
            Log.OutputDelivers(logger, notice.Output);
        }
    }

    /// <param name="result">The result of a commit.</param>
    /// <param name="events">The number of events of rules in the batch.</param>
    public void Committed(CommitResult result, int events)
    {
        foreach (var path in result.Reopened)
        {
            Log.OutputReopened(logger, path);
        }

        foreach (var failure in result.Failures)
        {
            _errors.AddOrUpdate(failure.Output, 1, (_, errors) => errors + 1);
            Report(failure, events);
        }

        if (_failing.Count > 0)
        {
            ReportFixed(result);
        }
    }

    private void Report(OutputFailure failure, int events)
    {
        if (failure.ReaderGone)
        {
            if (!_readerGone)
            {
                _readerGone = true;
                Log.ReaderGone(logger);
                OnReaderGone?.Invoke();
            }

            return;
        }

        if (!_failing.TryGetValue(failure.Output, out var failing))
        {
            Log.OutputFailed(logger, failure.Reason);
        }

        _failing[failure.Output] = new Failing(now(), failing.Events + events);
    }

    private void ReportFixed(CommitResult result)
    {
        foreach (var (output, failing) in _failing)
        {
            if (now() - failing.Last >= FixedAfter && result.Failures.All(failure => failure.Output != output))
            {
                _failing.Remove(output);
                Log.OutputFixed(logger, output, Plural.Of(failing.Events, "event"));
            }
        }
    }

    /// <param name="Last">The time when it last failed.</param>
    /// <param name="Events">The number of events that it did not take.</param>
    private readonly record struct Failing(TimeSpan Last, long Events);
}
