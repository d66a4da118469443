using System.Globalization;
using TraceAgent.Benchmarks.Micro;
using TraceAgent.Benchmarks.Packets;

namespace TraceAgent.Benchmarks;

/// <summary>
/// <c>benchmarks TRACEAGENT [--runs N] [--only hits|rates|idle|scale|latency|packets|debuginfo|micro] [--scenario NAME]
/// [--calls N]</c>: all tools side by side in one run, interleaved, medians. Says ratios; the absolute numbers are those of the machine.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var options = Options.Of(arguments);
        using var folder = new WorkFolder(options.Agent);
        Console.WriteLine(Machine.Describe());
        var results = new Results();
        if (options.Wants("hits"))
        {
            HitBenchmark.Run(folder, options, results);
        }

        if (options.Wants("rates"))
        {
            RatesBenchmark.Run(folder, options, results);
        }

        if (options.Wants("idle"))
        {
            RatesBenchmark.RunIdle(folder, options, results);
        }

        if (options.Wants("latency"))
        {
            LatencyBenchmark.Run(folder, options, results);
        }

        if (options.Wants("scale"))
        {
            ScaleBenchmark.Run(folder, options, results);
        }

        if (options.Wants("packets"))
        {
            PacketBenchmark.Run(options, results);
        }

        if (options.Wants("debuginfo"))
        {
            DebugInfoBenchmark.Run(folder, options, results);
        }

        results.Print();
        if (options.Wants("micro"))
        {
            MicroBenchmarks.Run();
        }

        return 0;
    }
}
