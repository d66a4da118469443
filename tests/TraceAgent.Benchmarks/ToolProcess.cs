using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace TraceAgent.Benchmarks;

/// <summary>A tool that runs under <c>measure</c>, its standard output in a file.</summary>
internal sealed partial class ToolProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _messages = [];
    private readonly string _output;

    /// <param name="folder">Has <c>measure</c>.</param>
    /// <param name="command">The tool and its arguments.</param>
    /// <param name="output">A path, for its standard output.</param>
    /// <param name="pinned">Whether it has the first processor only.</param>
    public ToolProcess(WorkFolder folder, IReadOnlyList<string> command, string output, bool pinned)
    {
        _output = output;
        var quoted = string.Join(' ', command.Select(part => $"'{part}'"));
        _process = Process.Start(
            new ProcessStartInfo("sh", ["-c", $"exec {(pinned ? "taskset -c 0 " : "")}'{folder.Measure}' {quoted} >> '{output}'"])
            {
                RedirectStandardError = true,
            })!;
        _process.ErrorDataReceived += (_, message) =>
        {
            lock (_messages)
            {
                _messages.Add(message.Data ?? "");
            }
        };
        _process.BeginErrorReadLine();
    }

    /// <summary>User and system, of the tool so far, as proc_pid_stat(5) has them: in hundredths.</summary>
    public double CpuSeconds
    {
        get
        {
            var tool = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ')[0];
            var stat = File.ReadAllText($"/proc/{tool}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11], null) + long.Parse(fields[12], null)) / 100.0;
        }
    }

    /// <summary>User and system of the tool's threads so far, ns, those that have ended included.</summary>
    public long CpuNanoseconds
    {
        get
        {
            // MAKE_PROCESS_CPUCLOCK of the kernel (include/linux/posix-timers_types.h): CPUCLOCK_SCHED.
            const int scheduled = 2;
            return GetTime((~ToolId << 3) | scheduled, out var time) == 0
                ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
                : throw new InvalidOperationException("the tool has ended");
        }
    }

    /// <summary>How often each thread of the tool has slept so far, by its folder in /proc.</summary>
    public IReadOnlyDictionary<string, long> Wakeups
    {
        get
        {
            const string key = "voluntary_ctxt_switches:";
            var wakeups = new Dictionary<string, long>();
            foreach (var thread in Directory.GetDirectories($"/proc/{ToolId}/task"))
            {
                try
                {
                    var line = File.ReadLines(Path.Combine(thread, "status"))
                        .First(line => line.StartsWith(key, StringComparison.Ordinal));
                    wakeups[thread] = long.Parse(line[key.Length..].Trim(), CultureInfo.InvariantCulture);
                }
                catch (IOException)
                {
                    // It has ended.
                }
            }

            return wakeups;
        }
    }

    /// <summary>Waits until the start of the tool, whatever it does after it has attached, is over: no CPU for two seconds.</summary>
    public void WaitUntilIdle()
    {
        const long negligible = 20_000_000;
        Thread.Sleep(1000);
        long before;
        do
        {
            before = CpuNanoseconds;
            Thread.Sleep(2000);
        }
        while (CpuNanoseconds - before > negligible);
    }

    /// <summary>Waits until the tool writes nothing more: what it has buffered is to be counted too.</summary>
    public void WaitUntilQuiet()
    {
        long before;
        do
        {
            before = Size();
            Thread.Sleep(400);
        }
        while (Size() != before);
    }

    public Measurement Stop()
    {
        Machine.Output("kill", "-TERM", $"{_process.Id}");
        if (!_process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            throw new TimeoutException("a tool has not ended within a minute of its SIGTERM");
        }

        // Only this one waits for what it has said.
        _process.WaitForExit();
        lock (_messages)
        {
            var measured = _messages.Find(message => message.StartsWith("measured ", StringComparison.Ordinal));
            return Measurement.Parse(measured ?? throw new InvalidOperationException(string.Join('\n', _messages)));
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private int ToolId => int.Parse(
        File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ')[0], CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    /// <summary><c>struct timespec</c> of 64-bit Linux.</summary>
    private readonly record struct Time(long Seconds, long Nanoseconds);

    private long Size() => File.Exists(_output) ? new FileInfo(_output).Length : 0;
}
