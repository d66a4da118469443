using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceAgent.EndToEnd;

/// <summary>A running <c>traceagent run</c>: its lines, its messages, its end.</summary>
internal sealed partial class AgentProcess : IDisposable
{
    private const int Hangup = 1;
    private const int Interrupted = 2;
    private const int Killed = 9;
    private const int Terminated = 15;
    private const int Continue = 18;
    private const int StopNow = 19;

    private readonly Process _process;
    private readonly bool _launcherStays;
    private readonly Transcript<EventLine> _lines = new();
    private readonly Transcript<string> _broken = new();

    /// <summary>Of each rule: looking through all lines again and again leaves a slow machine no time to read more.</summary>
    private readonly ConcurrentDictionary<string, Transcript<EventLine>> _eventsOf = new();
    private readonly Transcript<string> _messages = new();
    private readonly ManualResetEventSlim _reading;
    private readonly Thread _outputReader;
    private readonly Thread _messageReader;

    private AgentProcess(AgentStart start)
    {
        var launch = new ProcessStartInfo(start.Command[0], start.Command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (start.AttachMethod == AttachMethod.Perf)
        {
            launch.Environment["TRACEAGENT_ATTACH"] = "perf";
        }

        _process = Process.Start(launch)!;
        _launcherStays = start.LauncherStays;
        _reading = new ManualResetEventSlim(start.ReadAtOnce);
        _outputReader = Read(_process.StandardOutput, start.Sink ?? Take, _reading);
        _messageReader = Read(_process.StandardError, _messages.Add, new ManualResetEventSlim(true));
    }

    /// <summary>In the PID namespace of the test.</summary>
    public int Pid => _launcherStays
        ? int.Parse(File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children"), CultureInfo.InvariantCulture)
        : _process.Id;

    /// <summary>The agent's own statements (standard error), so far.</summary>
    public IReadOnlyList<string> Messages => _messages.Snapshot();

    /// <summary>Every line of the stream so far.</summary>
    public IReadOnlyList<EventLine> Lines => _lines.Snapshot();

    /// <summary>Starts the agent on <paramref name="rules"/>, events to its standard output, and waits until it is ready.</summary>
    public static AgentProcess Start(AttachMethod method, string rules, params string[] options) =>
        Start(new AgentStart(method, rules) { Options = options });

    public static AgentProcess Start(AgentStart start)
    {
        var agent = new AgentProcess(start);
        try
        {
            agent.WaitForMessage("ready");
            return agent;
        }
        catch
        {
            agent.Dispose();
            throw;
        }
    }

    /// <summary>Events of <paramref name="rule"/> so far, the agent's own statements left out.</summary>
    public IReadOnlyList<EventLine> Events(string rule) => _eventsOf.GetValueOrDefault(rule)?.Snapshot() ?? [];

    /// <summary>Waits for <paramref name="count"/> events of <paramref name="rule"/> and returns them.</summary>
    public IReadOnlyList<EventLine> WaitForEvents(string rule, int count = 1)
    {
        Eventually.True(() => Events(rule).Count >= count, $"{count} events of {rule}", Dump);
        return Events(rule);
    }

    /// <summary>Messages in which a word begins with <paramref name="text"/>: "already" is not "ready".</summary>
    public int MessagesWith(string text) => Messages.Count(message =>
        Regex.IsMatch(message, $@"\b{Regex.Escape(text)}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    /// <summary>Waits for <paramref name="count"/> messages with <paramref name="text"/>, in any case of letters.</summary>
    public void WaitForMessage(string text, int count = 1)
    {
        Eventually.True(
            () => MessagesWith(text) >= count || _process.HasExited, $"{count} messages with '{text}'", Dump);
        if (_process.HasExited)
        {
            _messageReader.Join();
            Assert.True(MessagesWith(text) >= count, $"the agent ended with {_process.ExitCode}\n{Dump()}");
        }
    }

    public void StartReading() => _reading.Set();

    public void Reload() => Signal(Hangup);

    /// <summary>Lets the agent do nothing at all until <see cref="Thaw"/>.</summary>
    public void Freeze() => Signal(StopNow);

    public void Thaw() => Signal(Continue);

    public void Interrupt() => Signal(Interrupted);

    public void Terminate() => Signal(Terminated);

    public bool HasEndedWithin(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Ends the agent in the ordinary way, which must succeed. Afterwards all its lines are there.</summary>
    public void Stop()
    {
        Signal(Terminated);
        StartReading();
        AssertEnds(exitCode: 0);
    }

    /// <summary>Ends the agent, whose output nobody reads before it has ended. Its last line may be a part of one.</summary>
    public void StopUnread()
    {
        Signal(Terminated);
        Assert.True(_process.WaitForExit(Eventually.Deadline), "the agent does not end");
        StartReading();
        _outputReader.Join();
        _messageReader.Join();
    }

    public void Kill()
    {
        Signal(Killed);
        // 128 + the signal, as shells and .NET say it.
        AssertEnds(exitCode: 128 + Killed);
    }

    /// <summary>Waits for the end; no line of a well-ended agent is broken.</summary>
    public void AssertEnds(int exitCode)
    {
        Assert.True(_process.WaitForExit(Eventually.Deadline), $"the agent does not end\n{Dump()}");
        _outputReader.Join();
        _messageReader.Join();
        Assert.True(_process.ExitCode == exitCode, $"the agent ended with {_process.ExitCode}\n{Dump()}");
        Assert.True(exitCode != 0 || _broken.Snapshot().Count == 0, string.Join('\n', _broken.Snapshot().Take(5)));
    }

    /// <summary>What the stopped agent said of <paramref name="rule"/> in its last statement.</summary>
    public Totals Totals(string rule) => EndToEnd.Totals.Of(
        Lines.LastOrDefault(line => line.Event == "agent" && line.Rule == rule && line.Has("calls"))
        ?? throw new InvalidOperationException($"no totals of {rule}\n{Dump()}"));

    /// <summary>The last lines of both streams, for failures.</summary>
    public string Dump() =>
        "agent said:\n  " + string.Join("\n  ", Messages.TakeLast(20)) +
        "\nlast events:\n  " + string.Join("\n  ", Lines.TakeLast(5));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        StartReading();
        _outputReader.Join();
        _messageReader.Join();
        _reading.Dispose();
        _process.Dispose();
    }

    private void Take(string line)
    {
        try
        {
            var parsed = EventLine.Parse(line);
            _lines.Add(parsed);
            if (parsed.Rule is { } rule && parsed.Has("event") && parsed.Event != "agent")
            {
                _eventsOf.GetOrAdd(rule, _ => new Transcript<EventLine>()).Add(parsed);
            }
        }
        catch (JsonException)
        {
            _broken.Add(line);
        }
    }

    private static Thread Read(StreamReader stream, Action<string> take, ManualResetEventSlim open)
    {
        var thread = new Thread(() =>
        {
            open.Wait();
            while (stream.ReadLine() is { } line)
            {
                take(line);
            }
        });
        thread.Start();
        return thread;
    }

    private void Signal(int signal) => Assert.Equal(0, kill(Pid, signal));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
