using System.Diagnostics;
using System.Text.Json;

namespace TraceAgent.Benchmarks;

/// <summary>
/// A source line of a binary with debug information: its places with their variables by the agent, its scope by gdb, its variables by
/// perf probe, and the line of its first place by llvm-symbolizer, which knows no variables. Each is started anew, as a person does.
/// </summary>
internal static class DebugInfoBenchmark
{
    /// <summary>The C library of Debian 12 and its debug package (libc6-dbg): compressed, in 2,000 units and more.</summary>
    private const string UsualQuestion = "/lib/x86_64-linux-gnu/libc.so.6 malloc/malloc.c:3295";

    public static void Run(WorkFolder folder, Options options, Results results)
    {
        if (options.Scenario is null or "large")
        {
            Ask(folder, options, results, [LargeProgram.Make(folder), LargeProgram.Place]);
        }

        if (options.Scenario != "large")
        {
            Ask(folder, options, results, (options.Scenario ?? UsualQuestion).Split(' '));
        }
    }

    private static void Ask(WorkFolder folder, Options options, Results results, string[] question)
    {
        if (question is not [var binary, var place])
        {
            throw new ArgumentException("--only debuginfo takes --scenario 'BINARY FILE:LINE', or large");
        }

        var name = $"{Path.GetFileName(binary)} ({new FileInfo(binary).Length / 1_000_000:N0} MB), {place}";
        var address = FirstAddress(Machine.Output(options.Agent, "lines", "--json", binary, place), place);
        for (var run = 0; run < options.Runs; run++)
        {
            Measure("TraceAgent", options.Agent, "lines", "--vars", binary, place);
            Measure("gdb", "gdb", "-nx", "-batch", "-ex", $"info scope {place}", binary);
            Measure("perf probe", "perf", "probe", "--quiet", "--exec", binary, "--vars", place);
            Measure("llvm-symbolizer", "llvm-symbolizer", $"--obj={binary}", address);
        }

        void Measure(string tool, params string[] command)
        {
            Console.Error.WriteLine($"{name}, {tool}");
            if (CostOf(folder, command) is { } cost)
            {
                results.Add(name, tool, "s", (cost.Ended - cost.Started) / 1e9);
                results.Add(name, tool, "CPU s", cost.CpuSeconds);
                results.Add(name, tool, "peak RSS MB", cost.PeakMegabytes);
            }
        }
    }

    private static string FirstAddress(string lines, string place)
    {
        using var first = JsonDocument.Parse(
            lines.Split('\n') is [{ Length: > 0 } line, ..] ? line : throw new ArgumentException($"no code begins at {place}"));
        return first.RootElement.GetProperty("address").GetString()!;
    }

    /// <summary>What a tool cost; null when it does not answer here.</summary>
    private static Measurement? CostOf(WorkFolder folder, string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(folder.Measure, command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var said = errors.GetAwaiter().GetResult();
        if (process.ExitCode == 0)
        {
            return Measurement.Parse(said.Split('\n').Last(line => line.StartsWith("measured ", StringComparison.Ordinal)));
        }

        Console.Error.WriteLine(said);
        return null;
    }
}
