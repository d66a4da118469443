using System.Globalization;

namespace TraceAgent.Benchmarks;

/// <summary>What a hit costs the traced program, and an event the tool, at saturation: the traced core never pauses.</summary>
internal static class HitBenchmark
{
    private const string TracedProcessor = "1";

    public static void Run(WorkFolder folder, Options options, Results results)
    {
        for (var run = 0; run < options.Runs; run++)
        {
            foreach (var scenario in options.Scenarios)
            {
                foreach (var tool in Tool.All)
                {
                    Console.Error.WriteLine($"run {run + 1} of {options.Runs}: {scenario.Name}, {tool.Name}");
                    var calls = (int)(options.Calls * scenario.Share);
                    try
                    {
                        Measure(folder, scenario, tool, calls, results);
                    }
                    catch (TimeoutException failure) when (tool == Tool.Bpftrace || tool == Tool.BpftraceJson)
                    {
                        // bpftrace 0.17 did once, in some hundred runs.
                        Console.Error.WriteLine($"{failure.Message}: once more");
                        Measure(folder, scenario, tool, calls, results);
                    }
                }
            }
        }

        foreach (var scenario in options.Scenarios)
        {
            var floor = results.Median(scenario.Name, Tool.Floor.Name, Column.Hit);
            foreach (var tool in Tool.All)
            {
                results.Add(
                    scenario.Name, tool.Name, "hit / floor", results.Median(scenario.Name, tool.Name, Column.Hit)!.Value / floor!.Value);
            }
        }
    }

    private static void Measure(WorkFolder folder, Scenario scenario, Tool tool, int calls, Results results)
    {
        var output = folder.File("events");
        File.Delete(output);
        var free = TargetProcess.NanosecondsPerCall(
            TargetProcess.Start(folder.Target, scenario.Environment, "free", scenario.Function, $"{calls}", TracedProcessor));
        var watch = TargetProcess.Start(folder.Target, null, "watch", scenario.Function, "1");
        watch.StandardOutput.ReadLine();
        var target = TargetProcess.Start(folder.Target, scenario.Environment, "run", scenario.Function, $"{calls}", TracedProcessor);
        using var process = new ToolProcess(folder, tool.Command(folder, scenario, output), output, pinned: true);
        var attached = ulong.Parse(watch.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        var starting = process.CpuSeconds;
        var probed = TargetProcess.NanosecondsPerCall(target);
        process.WaitUntilQuiet();
        var cost = process.Stop();
        watch.WaitForExit();

        results.Add(scenario.Name, tool.Name, Column.Hit, probed - free);
        if (tool != Tool.Empty)
        {
            var expected = calls * scenario.LinesPerCall * (tool == Tool.Floor && scenario.Floor[0] == "empty" ? 0 : 1);
            var events = tool.Events(output);
            results.Add(scenario.Name, tool.Name, "lost %", expected == 0 ? 0 : 100 * (expected - events) / expected);
            results.Add(
                scenario.Name, tool.Name, "CPU s per million events", events == 0 ? 0 : (cost.CpuSeconds - starting) * 1e6 / events);
            results.Add(scenario.Name, tool.Name, "CPU s in all", cost.CpuSeconds);
            results.Add(scenario.Name, tool.Name, "peak RSS MB", cost.PeakMegabytes);
            results.Add(scenario.Name, tool.Name, "start to attached ms", (attached - cost.Started) / 1e6);
        }
    }
}

internal static class Column
{
    public const string Hit = "ns per hit";
}
