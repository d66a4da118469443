using System.Diagnostics;
using System.Globalization;

namespace TraceAgent.Benchmarks;

/// <summary>What lines cost at everyday rates, where the traced core sleeps between its calls; and what an idle agent costs.</summary>
internal static class RatesBenchmark
{
    private const string TracedProcessor = "1";
    private const int Seconds = 5;
    private const int IdleSeconds = 30;
    private const string AgentCpu = "tool CPU s per million";
    private const string HitCpu = "traced thread's CPU µs per hit";
    private const string IdleCpu = "CPU % idle";
    private static readonly int[] Rates = [1_000, 10_000, 50_000];
    private static readonly Tool[] Tools = [Tool.Floor, Tool.TraceAgent, Tool.BpftraceJson];

    public static void Run(WorkFolder folder, Options options, Results results)
    {
        var scenario = Scenario.All[0];
        for (var run = 0; run < options.Runs; run++)
        {
            foreach (var tool in Tools)
            {
                foreach (var rate in Rates)
                {
                    Console.Error.WriteLine($"run {run + 1} of {options.Runs}: {rate:N0} a second, {tool.Name}");
                    Measure(folder, scenario, tool, rate, results);
                }
            }
        }
    }

    /// <summary>What the tools cost while nothing happens.</summary>
    public static void RunIdle(WorkFolder folder, Options options, Results results)
    {
        for (var run = 0; run < options.Runs; run++)
        {
            foreach (var tool in Tools)
            {
                Idle(folder, Scenario.All[0], tool, results);
            }

            IdleWithMany(folder, options, results);
        }
    }

    private static void Measure(WorkFolder folder, Scenario scenario, Tool tool, int rate, Results results)
    {
        var output = folder.File("events");
        File.Delete(output);
        var calls = rate * SecondsOf(rate);
        var free = TargetProcess.NanosecondsPerCall(Pace(folder, scenario, rate, calls, wait: false));
        using var process = new ToolProcess(folder, tool.Command(folder, scenario, output), output, pinned: true);
        process.WaitUntilIdle();
        var starting = process.CpuNanoseconds;
        var probed = TargetProcess.NanosecondsPerCall(Pace(folder, scenario, rate, calls, wait: true));
        process.WaitUntilQuiet();
        var spent = process.CpuNanoseconds - starting;
        process.Stop();

        var events = tool.Events(output);
        var name = $"{rate:N0} a second";
        results.Add(name, tool.Name, AgentCpu, spent / 1e3 / calls);
        results.Add(name, tool.Name, HitCpu, (probed - free) / 1e3);
        results.Add(name, tool.Name, "lost %", 100.0 * (calls - events) / calls);
    }

    private static void Idle(WorkFolder folder, Scenario scenario, Tool tool, Results results)
    {
        var output = folder.File("events");
        using var process = new ToolProcess(folder, tool.Command(folder, scenario, output), output, pinned: true);
        Idle(process, "nothing, 1 rule", tool.Name, results);
    }

    private static void IdleWithMany(WorkFolder folder, Options options, Results results)
    {
        const int firstFunction = 10_000;
        const int rules = 1000;
        var text = string.Concat(Enumerable.Range(firstFunction, rules).Select(
            i => $"  - {{name: rule{i}, binary: {folder.Many}, symbol: f{i}, args: 2}}\n"));
        string[] command =
            [options.Agent, "run", "--rules", folder.Write("idle.yaml", "rules:\n" + text), "--output", folder.File("idle.out")];
        using var process = new ToolProcess(folder, command, folder.File("idle.events"), pinned: false);
        Idle(process, $"nothing, {rules:N0} rules", Tool.TraceAgent.Name, results);
    }

    private static void Idle(ToolProcess process, string name, string tool, Results results)
    {
        Console.Error.WriteLine($"{name}, {tool}");
        process.WaitUntilIdle();

        // What a start leaves to be done, such as giving memory back, is part of the start.
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var (cpu, wakeups) = (process.CpuNanoseconds, process.Wakeups);
        Thread.Sleep(TimeSpan.FromSeconds(IdleSeconds));
        results.Add(name, tool, IdleCpu, (process.CpuNanoseconds - cpu) / (IdleSeconds * 1e7));

        // A thread that has ended takes its count with it.
        var woken = process.Wakeups.Sum(thread => thread.Value - wakeups.GetValueOrDefault(thread.Key));
        results.Add(name, tool, "wakeups a second", (double)woken / IdleSeconds);
        process.Stop();
    }

    /// <summary>
    /// The length of a run: long enough for what a new program costs once, such as looking at its files, to weigh little per event.
    /// </summary>
    private static int SecondsOf(int rate) => rate > 1_000 ? Seconds : 4 * Seconds;

    private static Process Pace(WorkFolder folder, Scenario scenario, int rate, int calls, bool wait) =>
        TargetProcess.Start(
            folder.Target, scenario.Environment, "pace", scenario.Function,
            calls.ToString(CultureInfo.InvariantCulture), rate.ToString(CultureInfo.InvariantCulture), TracedProcessor, wait ? "1" : "0");
}
