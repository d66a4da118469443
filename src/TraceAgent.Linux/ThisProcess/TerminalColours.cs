namespace TraceAgent.Linux.ThisProcess;

/// <summary>Decides whether to write colours: only on a terminal, and not where <c>NO_COLOR</c> (no-color.org) forbids it.</summary>
public static class TerminalColours
{
    public static bool OnStandardError => !Console.IsErrorRedirected && AreAllowed;

    public static bool OnStandardOutput => !Console.IsOutputRedirected && AreAllowed;

    /// <summary>The width of the terminal in columns; null where there is none.</summary>
    public static int? ColumnsOnStandardError => Console.IsErrorRedirected ? null : StandardDescriptor.Columns(2);

    private static bool AreAllowed => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
}
