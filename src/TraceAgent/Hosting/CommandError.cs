using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Hosting;

/// <summary>Reports why a command failed.</summary>
internal static class CommandError
{
    /// <returns>The exit code, for the caller to return.</returns>
    public static int Write(int exitCode, string message)
    {
        Console.Error.WriteLine($"traceagent: {string.Join('\n', message.Split('\n').Select(PrintableText.Of))}");
        return exitCode;
    }
}
