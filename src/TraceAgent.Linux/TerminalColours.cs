namespace TraceAgent.Linux;

/// <summary>Whether to write colours: only on a terminal, and not where <c>NO_COLOR</c> (no-color.org) forbids it.</summary>
public static class TerminalColours
{
    public static bool OnStandardError => !Console.IsErrorRedirected && AreAllowed;

    public static bool OnStandardOutput => !Console.IsOutputRedirected && AreAllowed;

    /// <summary>How wide the terminal is; null where there is none.</summary>
    public static int? ColumnsOnStandardError => Console.IsErrorRedirected ? null : StandardDescriptor.Columns(2);

    private static bool AreAllowed => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
