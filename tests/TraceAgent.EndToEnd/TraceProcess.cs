using System.Diagnostics;
using System.Globalization;

namespace TraceAgent.EndToEnd;

/// <summary>A running <c>traceagent trace</c>: its lines and what it says.</summary>
internal sealed class TraceProcess : IDisposable
{
    private readonly Process _process;
    private readonly Transcript<string> _lines = new();
    private readonly Transcript<string> _messages = new();
    private readonly Task<int> _reading;

    private TraceProcess(string[] words)
    {
        _process = Process.Start(
            new ProcessStartInfo(Repository.Agent, ["trace", .. words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Read(_process.StandardOutput, _lines);
        var errors = Read(_process.StandardError, _messages);
        _reading = Task.WhenAll(output, errors).ContinueWith(_ => 0, TaskScheduler.Default);
    }

    public IReadOnlyList<string> Lines => _lines.Snapshot();

    public IReadOnlyList<string> Messages => _messages.Snapshot();

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
        Eventually.True(() => Messages.Any(message => message.Contains(text, StringComparison.Ordinal)), text, Dump);

    public void WaitForLine(string text) =>
        Eventually.True(() => Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), text, Dump);

    /// <summary>Ctrl-C, or another signal by its name.</summary>
    public void Signal(string name = "INT") => Command.OutputOf("kill", $"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for the end. Afterwards all lines are there.</summary>
    public void AssertEnds(int exitCode = 0)
    {
        Assert.True(_process.WaitForExit(Eventually.Deadline), $"trace does not end\n{Dump()}");
        Assert.True(_reading.Wait(Eventually.Deadline), "the streams stay open");
        Assert.True(_process.ExitCode == exitCode, $"trace ended with {_process.ExitCode}\n{Dump()}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private string Dump() => $"trace said:\n  {string.Join("\n  ", Messages)}\nlast lines:\n  {string.Join("\n  ", Lines.TakeLast(5))}";

    private static Task Read(StreamReader stream, Transcript<string> take) => Task.Run(() =>
    {
        while (stream.ReadLine() is { } line)
        {
            take.Add(line);
        }
    });
}
