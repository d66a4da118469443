using TraceAgent.Capture;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Trust;
using TraceAgent.Engine.Watching;
using TraceAgent.Events.Outputs;
using TraceAgent.Linux.FileSystem;
using TraceAgent.Rules;

namespace TraceAgent.Configuration;

/// <summary>
/// Follows the agent configuration while the agent runs: changed outputs take effect, and a file with errors changes nothing.
/// Used by one thread.
/// </summary>
/// <param name="file">The file as it was read at the start.</param>
/// <param name="followsOutputs">False when the command line said where events go.</param>
/// <param name="exchange">Makes outputs active; fails with an <see cref="OutputException"/> and then has changed nothing.</param>
/// <param name="reporter">Receives the reports.</param>
/// <param name="trust">Decides whether the file is trusted; null when it always is.</param>
internal sealed class FollowedConfiguration(
    AgentConfigurationFile file,
    bool followsOutputs, Func<IReadOnlyList<OutputConfiguration>, Task> exchange, IConfigurationListener reporter,
    PathTrust? trust = null) : IFollowedFile
{
    /// <summary>
    /// The maximum time to wait for the exchange of outputs: an output that blocks holds up the exchange, but not the rules.
    /// </summary>
    private static readonly TimeSpan ExchangeTimeout = TimeSpan.FromSeconds(5);

    private readonly AgentConfiguration _started = file.Value!;
    private AgentConfigurationFile _read = file;
    private EquatableArray<OutputConfiguration> _outputs = file.Value!.Outputs;
    private readonly string _path = file.Source.Path;
    private (Task Task, EquatableArray<OutputConfiguration> Outputs)? _exchange;
    private string _refusal = "";
    private (FileIdentity? State, DateTime At) _looked;

    /// <summary>The file's path; the file may appear later.</summary>
    public string Path => _path;

    /// <summary>The active outputs that rules may name; null when any name is accepted.</summary>
    public IReadOnlyList<string>? OutputNames => followsOutputs ? AgentConfiguration.NamesOf(_outputs) : null;

    /// <summary>The binaries that rules may probe, according to the last file without errors.</summary>
    public BinaryLists Binaries { get; private set; } = file.Value!.Binaries;

    public bool HasChanged
    {
        get
        {
            var state = FileStatus.Of(Path);
            return _exchange is not null || HasOtherOutputs
                || state != _looked.State || state?.ShowsChangesAfter(_looked.At) is false
                || (state is not null && trust?.HasChanged(Path, state, _read.Diagnostics) is true);
        }
    }

    private bool HasOtherOutputs => followsOutputs && _read.Value is { } next && next.Outputs != _outputs;

    /// <summary>Reads the file if it has changed.</summary>
    public void Check()
    {
        _looked = (FileStatus.Of(Path), DateTime.UtcNow);
        if (!Conclude())
        {
            return;
        }

        // Gone for a moment, or a pipe, which was read at the start.
        if (_looked.State?.Kind == FileKind.Regular)
        {
            Read();
        }

        if (HasOtherOutputs && _read.Value is { } next)
        {
            _exchange = (exchange(next.Outputs), next.Outputs);
            Conclude();
        }
    }

    private void Read()
    {
        var next = AgentConfigurationFile.Load(Path, trust);
        if (next.Source.Text == _read.Source.Text && next.Diagnostics == _read.Diagnostics)
        {
            return;
        }

        _read = next;
        if (next.Value is not { } value)
        {
            reporter.Rejected(next);
            return;
        }

        Binaries = value.Binaries;
        if (KeysThatNeedAStart(value) is { Count: > 0 } keys)
        {
            reporter.NeedsStart(keys);
        }
    }

    /// <returns>False while an exchange is under way.</returns>
    private bool Conclude()
    {
        if (_exchange is not { } pending)
        {
            return true;
        }

        try
        {
            if (!pending.Task.Wait(ExchangeTimeout))
            {
                return false;
            }

            _outputs = pending.Outputs;
            _refusal = "";
            reporter.Exchanged([.. _outputs.Select(output => output.Target)]);
        }
        catch (AggregateException problem) when (problem.InnerException is OutputException refusal)
        {
            // The configuration is tried again in every evaluation; its refusal is reported once.
            if (refusal.Message != _refusal)
            {
                reporter.Refused(_refusal = refusal.Message);
            }
        }

        _exchange = null;
        return true;
    }

    private List<string> KeysThatNeedAStart(AgentConfiguration next)
    {
        var keys = new List<string>();
        Compare("rules", next.Rules == _started.Rules);
        Compare("outputs", followsOutputs || next.Outputs == _started.Outputs);
        Compare("defaults", next.Defaults == _started.Defaults);
        Compare("socket", next.Socket == _started.Socket);
        Compare("state", next.State == _started.State);
        Compare("wait_for_pages", next.WaitForPages == _started.WaitForPages);
        Compare("debug_info", (next.DebugFolders, next.DebugServer) == (_started.DebugFolders, _started.DebugServer));
        Compare("flush", next.Flush == _started.Flush);
        Compare("metrics", next.Metrics == _started.Metrics);
        return keys;

        void Compare(string key, bool same)
        {
            if (!same)
            {
                keys.Add(key);
            }
        }
    }
}

/// <summary>Reports changes of the agent configuration.</summary>
internal interface IConfigurationListener
{
    /// <param name="file">The file with its diagnostics.</param>
    void Rejected(AgentConfigurationFile file);

    /// <param name="keys">The keys that have changed and are not followed.</param>
    void NeedsStart(IReadOnlyList<string> keys);

    /// <param name="outputs">The outputs that are active now.</param>
    void Exchanged(IReadOnlyList<string> outputs);

    /// <param name="reason">A new output cannot be opened.</param>
    void Refused(string reason);
}
