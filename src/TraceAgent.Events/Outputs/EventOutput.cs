using TraceAgent.Events.Formats;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Events.Outputs;

/// <summary>One destination. What is written between two commits arrives completely or not at all.</summary>
internal abstract class EventOutput : IDisposable
{
    /// <summary>The maximum time that an output that sends may take for what waits when it is closed.</summary>
    public static readonly TimeSpan LastCommitTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The current configuration.</summary>
    public abstract OutputConfiguration Configuration { get; }

    /// <summary>The output's path, its address, or <c>standard output</c>.</summary>
    public string Name => Configuration.Target;

    /// <summary>The number of bytes, or characters, that wait for a commit.</summary>
    public abstract int Pending { get; }

    public abstract void Write(StreamEvent streamEvent);

    /// <summary>Writes out what was written since the last commit; null when all of it has arrived.</summary>
    public abstract OutputFailure? Commit();

    /// <summary>True, once, when somebody had renamed or deleted the output's file, and another was opened under its name.</summary>
    public virtual bool TakeReopened() => false;

    /// <summary>True when the output can take another configuration with the same target; otherwise a new output is opened.</summary>
    public virtual bool MayBecome(OutputConfiguration next) => true;

    /// <summary>
    /// Takes another configuration, between two commits. Nothing fails here; what the target does not take is the failure of a
    /// later commit.
    /// </summary>
    public abstract void Become(OutputConfiguration next);

    /// <summary>Sends what is pending, then closes. Never throws.</summary>
    /// <param name="timeout">The maximum time for that; not used by outputs that write at once.</param>
    /// <returns>A task that ends when it is closed.</returns>
    public virtual Task CloseAsync(TimeSpan timeout)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public abstract void Dispose();

    public static LineFormatter FormatterOf(OutputFormat format) => format switch
    {
        OutputFormat.ClefTemplate => new ClefTemplateFormatter(),
        OutputFormat.Ecs => new EcsFormatter(),
        OutputFormat.Text => new TextFormatter(),
        OutputFormat.Trace => new TraceFormatter(TerminalColours.OnStandardOutput),
        _ => new ClefFormatter(),
    };
}
