namespace TraceAgent.EndToEnd;

/// <summary>How an agent is to be started.</summary>
internal sealed record AgentStart(AttachMethod AttachMethod, string Rules)
{
    /// <summary>The program (and its arguments) that executes the agent, as <c>setpriv</c> does.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>True: the launcher waits for the agent as its parent, as <c>unshare --fork</c> does.</summary>
    public bool LauncherStays { get; init; }

    public string Agent { get; init; } = Repository.Agent;

    /// <summary>Where the events go: a path; <c>-</c>, which the test reads; or empty, when the configuration says it.</summary>
    public string Output { get; init; } = "-";

    /// <summary>Where it answers <c>status</c>: a path, or none, so that agents which run at once do not want the same.</summary>
    public string Socket { get; init; } = "none";

    /// <summary>Further options of <c>run</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Takes each line instead of <see cref="AgentProcess.Lines"/>, unparsed.</summary>
    public Action<string>? Sink { get; init; }

    /// <summary>False: nobody reads the output before <see cref="AgentProcess.StartReading"/>.</summary>
    public bool ReadAtOnce { get; init; } = true;

    public IReadOnlyList<string> Command =>
        [.. Launcher, Agent, "run", "--rules", Rules, "--socket", Socket, .. Output.Length > 0 ? [
            "--output", Output] : Array.Empty<string>(), .. Options];
}
