using System.Diagnostics;
using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>A running <c>traceagent trace</c>: its lines and what it says.</summary>
internal sealed class TraceProcess : IDisposable
{
    private readonly Process process;
    private readonly Transcript<string> lines = new();
    private readonly Transcript<string> messages = new();
    private readonly Task<int> reading;

    private TraceProcess(string[] words)
    {
        process = Process.Start(new ProcessStartInfo(Repository.Agent, ["trace", .. words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Read(process.StandardOutput, lines);
        var errors = Read(process.StandardError, messages);
        reading = Task.WhenAll(output, errors).ContinueWith(_ => 0, TaskScheduler.Default);
    }

    public IReadOnlyList<string> Lines => lines.Snapshot();

    public IReadOnlyList<string> Messages => messages.Snapshot();

    /// <summary>Waits until the rule is attached.</summary>
    public static TraceProcess Start(params string[] words)
    {
        var trace = new TraceProcess(words);
        trace.WaitForMessage("rule attached");
        return trace;
    }

    /// <summary>Does not wait for the rule.</summary>
    public static TraceProcess StartPending(params string[] words)
    {
        var trace = new TraceProcess(words);
        trace.WaitForMessage("rule pending");
        return trace;
    }

    public void WaitForMessage(string text) =>
        Eventually.True(() => Messages.Any(message => message.Contains(text, StringComparison.Ordinal)), text, Tell);

    public void WaitForLine(string text) =>
        Eventually.True(() => Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), text, Tell);

    /// <summary>Ctrl-C, or another signal by its name.</summary>
    public void Signal(string name = "INT") => Command.OutputOf("kill", $"-{name}", process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for the end. Afterwards all lines are there.</summary>
    public void AssertEnds(int exitCode = 0)
    {
        Assert.True(process.WaitForExit(Eventually.Deadline), $"trace does not end\n{Tell()}");
        Assert.True(reading.Wait(Eventually.Deadline), "the streams stay open");
        Assert.True(process.ExitCode == exitCode, $"trace ended with {process.ExitCode}\n{Tell()}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private string Tell() => $"trace said:\n  {string.Join("\n  ", Messages)}\nlast lines:\n  {string.Join("\n  ", Lines.TakeLast(5))}";

    private static Task Read(StreamReader stream, Transcript<string> take) => Task.Run(() =>
    {
        while (stream.ReadLine() is { } line)
        {
            take.Add(line);
        }
    });
}
