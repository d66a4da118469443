using Serilog.Events;
using TraceAgent.Configuration;

namespace TraceAgent.Outputs;

/// <summary>
/// All outputs. Written and committed by one thread. What lies between two commits is one batch: an output takes it whole or
/// not at all, and the result of the commit says which.
/// </summary>
internal sealed class OutputSet : IDisposable
{
    /// <summary>Bytes that wait in an output when it is time to commit.</summary>
    public const int BatchSize = 256 << 10;

    private readonly EventOutput[] _outputs;
    private bool _disposed;

    private OutputSet(EventOutput[] outputs) => _outputs = outputs;

    public IEnumerable<string> Names => _outputs.Select(output => output.Name);

    /// <summary>True when the batch is large: the caller commits before it writes on.</summary>
    public bool ShouldCommit
    {
        get
        {
            foreach (var output in _outputs)
            {
                if (output.Pending >= BatchSize)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <exception cref="OutputException">One of them cannot be opened; none stays open.</exception>
    public static OutputSet Open(IReadOnlyList<OutputConfiguration> configurations)
    {
        var opened = new List<EventOutput>(configurations.Count);
        try
        {
            foreach (var configuration in configurations)
            {
                opened.Add(configuration switch
                {
                    OutputConfiguration.File file => FileOutput.Open(file),
                    OutputConfiguration.Console console => ConsoleOutput.Open(console.Format),
                    _ => throw new ArgumentException($"no output for {configuration}", nameof(configurations)),
                });
            }
        }
        catch
        {
            foreach (var output in opened)
            {
                output.Dispose();
            }

            throw;
        }

        return new OutputSet([.. opened]);
    }

    /// <summary>Adds an event to the batch of every output.</summary>
    public void Write(LogEvent logEvent)
    {
        foreach (var output in _outputs)
        {
            output.Write(logEvent);
        }
    }

    /// <summary>Writes the batch out. Blocks as long as an output is slow. After a failure the next batch tries again.</summary>
    public CommitResult Commit()
    {
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

    /// <summary>Commits, then closes. To know what became of the last batch, commit before.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ = Commit();
        foreach (var output in _outputs)
        {
            output.Dispose();
        }
    }
}
