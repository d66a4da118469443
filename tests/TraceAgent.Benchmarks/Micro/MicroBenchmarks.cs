using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace TraceAgent.Benchmarks.Micro;

/// <summary>The parts of the agent alone, by BenchmarkDotNet, compiled just in time (the agent itself is compiled ahead).</summary>
internal static class MicroBenchmarks
{
    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("traceagent-micro-").FullName;
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(NullLogger.Instance)
            .WithArtifactsPath(folder);
        foreach (var type in new[] { typeof(EventBenchmark), typeof(RuleBenchmark) })
        {
            MarkdownExporter.GitHub.ExportToLog(BenchmarkRunner.Run(type, config), ConsoleLogger.Default);
        }

        Directory.Delete(folder, recursive: true);
    }
}
