namespace TraceAgent.EndToEnd;

/// <summary>Where the agent and the examples are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The executable under test: <c>TRACEAGENT_BINARY</c>, else what <c>make build</c> leaves.</summary>
    public static string Agent { get; } =
        Environment.GetEnvironmentVariable("TRACEAGENT_BINARY") is { Length: > 0 } given
            ? Path.GetFullPath(given)
            : Path.Combine(Root, "out", "traceagent");

    public static string Example(string path) => Path.Combine(Root, "examples", path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TraceAgent.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no TraceAgent.sln above {AppContext.BaseDirectory}");
    }
}
