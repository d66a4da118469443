namespace TraceAgent.Events.Outputs;

/// <summary>
/// All outputs. Written, committed and exchanged by one thread. What lies between two commits is one batch: an output takes it
/// completely or not at all, and the result of the commit says which.
/// </summary>
public sealed class OutputSet : IDisposable
{
    /// <summary>The number of pending bytes in an output at which it is time to commit.</summary>
    public const int BatchSize = 256 << 10;

    private readonly List<Task> _closing = [];
    private EventOutput[] _outputs = [];
    private bool _disposed;

    // The pending bytes of the output that has most.
    private int _pending;

    private OutputSet()
    {
    }

    /// <summary>Called with notices of outputs that send, from any thread.</summary>
    public event Action<DeliveryNotice>? Noticed;

    /// <summary>The targets of the outputs. Any thread may ask.</summary>
    public IEnumerable<string> Names => Volatile.Read(ref _outputs).Select(output => output.Name);

    /// <summary>All who watch the lines besides.</summary>
    public LineFollowers Followers { get; } = new();

    /// <summary>True when the batch is large: the caller commits before it writes on.</summary>
    public bool ShouldCommit => _pending >= BatchSize;

    /// <exception cref="OutputException">One of them cannot be opened; none stays open.</exception>
    public static OutputSet Open(IReadOnlyList<OutputConfiguration> configurations)
    {
        var set = new OutputSet();
        set.Exchange(configurations);
        return set;
    }

    /// <summary>
    /// Exchanges the outputs, between two commits: what was written so far is in the old outputs, and what comes goes to the new
    /// ones. Outputs whose target stays are kept, with their new configuration.
    /// </summary>
    /// <exception cref="OutputException">A new one cannot be opened; everything is as before.</exception>
    public void Exchange(IReadOnlyList<OutputConfiguration> configurations)
    {
        var left = _outputs.ToList();
        var next = new List<EventOutput>(configurations.Count);
        var opened = new List<EventOutput>();
        var kept = new List<(EventOutput Output, OutputConfiguration Configuration)>();
        try
        {
            foreach (var configuration in configurations)
            {
                if (left.Find(one => one.Name == configuration.Target && one.MayBecome(configuration)) is { } output)
                {
                    left.Remove(output);
                    kept.Add((output, configuration));
                }
                else
                {
                    output = Open(configuration);
                    opened.Add(output);
                }

                next.Add(output);
            }
        }
        catch
        {
            opened.ForEach(output => output.Dispose());
            throw;
        }

        // From here on nothing fails.
        kept.ForEach(one => one.Output.Become(one.Configuration));
        Volatile.Write(ref _outputs, [.. next]);
        _closing.RemoveAll(task => task.IsCompleted);
        _closing.AddRange(left.Select(output => output.CloseAsync(EventOutput.LastCommitTimeout)));
    }

    /// <summary>Adds an event to the batch of an output, or of every output.</summary>
    /// <param name="streamEvent">The event, which may be filled again afterwards.</param>
    /// <param name="only">The name of the output that takes it; null, or a name that no output has, for all.</param>
    public void Write(StreamEvent streamEvent, string? only = null)
    {
        Followers.Write(streamEvent);
        var taken = false;
        if (only is not null)
        {
            foreach (var output in _outputs)
            {
                if (output.Configuration.Name == only)
                {
                    Add(streamEvent, output);
                    taken = true;
                }
            }
        }

        if (!taken)
        {
            foreach (var output in _outputs)
            {
                Add(streamEvent, output);
            }
        }
    }

    /// <summary>Writes the batch out. Blocks as long as an output is slow. After a failure the next batch tries again.</summary>
    public CommitResult Commit()
    {
        _pending = 0;
        Followers.Commit();
        List<OutputFailure>? failures = null;
        List<string>? reopened = null;
        foreach (var output in _outputs)
        {
            if (output.Commit() is { } failure)
            {
                (failures ??= []).Add(failure);
            }
            else if (output.TakeReopened())
            {
                (reopened ??= []).Add(output.Name);
            }
        }

        return failures is null && reopened is null
            ? CommitResult.Complete
            : new CommitResult(failures ?? []) { Reopened = reopened ?? [] };
    }

    /// <summary>True when events for that output, or for all, have arrived.</summary>
    /// <param name="result">The result of their commit.</param>
    /// <param name="only">The output that they were written to; null for all.</param>
    public bool Reached(CommitResult result, string? only)
    {
        if (result.Succeeded || only is null)
        {
            return result.Succeeded;
        }

        var receiver = Array.Find(_outputs, output => output.Configuration.Name == only);
        return receiver is not null && result.Failures.All(failure => failure.Output != receiver.Name);
    }

    /// <summary>
    /// Leaves everything to the thread that is still blocked in an output's commit: another commit beside it would write the same
    /// lines between its own, or block, too.
    /// </summary>
    public void Abandon() => _disposed = true;

    /// <summary>
    /// Closes all. What an output that sends could not deliver within <see cref="EventOutput.LastCommitTimeout"/> is reported as
    /// dropped.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = Commit();
        Task.WaitAll([.. _closing, .. _outputs.Select(output => output.CloseAsync(EventOutput.LastCommitTimeout))]);
    }

    private void Add(StreamEvent streamEvent, EventOutput output)
    {
        output.Write(streamEvent);
        _pending = Math.Max(_pending, output.Pending);
    }

    private EventOutput Open(OutputConfiguration configuration) => configuration switch
    {
        OutputConfiguration.File file => FileOutput.Open(file),
        OutputConfiguration.Console console => ConsoleOutput.Open(console),
        OutputConfiguration.Otlp otlp => OtlpOutput.Open(otlp, notice => Noticed?.Invoke(notice)),
        _ => throw new ArgumentException($"no output for {configuration}", nameof(configuration)),
    };
}
