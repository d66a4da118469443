using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TraceAgent.Benchmarks;

/// <summary>
/// From the call to the line at the other end of a pipe. The traced program passes the wall-clock time as its first argument.
/// </summary>
internal static class LatencyBenchmark
{
    private static readonly Scenario Ticks = new(
        "latency",
        "work_push",
        "args: 2\nformat: 'tick {arg1}.'",
        "uprobe:{0} { printf(\"tick %lld.\\n\", arg0); }",
        ["integers"]);

    public static void Run(WorkFolder folder, Options options, Results results)
    {
        for (var run = 0; run < options.Runs; run++)
        {
            foreach (var tool in new[] { Tool.TraceAgent, Tool.Bpftrace })
            {
                Console.Error.WriteLine($"run {run + 1} of {options.Runs}: latency, {tool.Name}");
                Measure(folder, tool, "event to line, idle", calls: 200, microseconds: 60_000, results);
                Measure(folder, tool, "event to line, 200,000 a second", calls: 600_000, microseconds: 5, results);
            }
        }
    }

    private static void Measure(WorkFolder folder, Tool tool, string name, int calls, int microseconds, Results results)
    {
        using var target = TargetProcess.Start(folder.Target, null, "tick", Ticks.Function, $"{calls}", $"{microseconds}");
        var command = tool.Command(folder, Ticks, "-");
        using var process = Process.Start(new ProcessStartInfo("taskset", ["-c", "0", folder.Measure, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var delays = new List<double>(calls);
        var reader = new Thread(() => Read(process.StandardOutput.BaseStream, delays));
        reader.Start();
        target.WaitForExit();
        Thread.Sleep(500);
        Machine.Output("kill", "-TERM", $"{process.Id}");
        process.WaitForExit();
        reader.Join();
        delays.Sort();
        results.Add(name, tool.Name, "p50 ms", delays.Count == 0 ? double.NaN : delays[delays.Count / 2]);
        results.Add(name, tool.Name, "p99 ms", delays.Count == 0 ? double.NaN : delays[delays.Count * 99 / 100]);
        results.Add(name, tool.Name, "lines missing", calls - delays.Count);
    }

    private static void Read(Stream stream, List<double> delays)
    {
        var buffer = new byte[1 << 20];
        var kept = 0;
        while (stream.Read(buffer, kept, buffer.Length - kept) is > 0 and var read)
        {
            var now = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
            var text = buffer.AsSpan(0, kept + read);
            while (text.IndexOf((byte)'\n') is >= 0 and var end)
            {
                var line = text[..end];
                if (line.IndexOf("tick "u8) is >= 0 and var at)
                {
                    var number = line[(at + 5)..];
                    var sent = long.Parse(Encoding.ASCII.GetString(number[..number.IndexOf((byte)'.')]), CultureInfo.InvariantCulture);
                    delays.Add(now - (sent / 1e6));
                }

                text = text[(end + 1)..];
            }

            text.CopyTo(buffer);
            kept = text.Length;
        }
    }
}
