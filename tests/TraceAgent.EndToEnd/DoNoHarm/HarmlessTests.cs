using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace TraceAgent.EndToEnd.DoNoHarm;

/// <summary>
/// Random places of real programs are probed, as far as the agent lets them, and the programs must do exactly what they do
/// without. <c>TRACEAGENT_SOAK_SECONDS</c> makes it long, <c>TRACEAGENT_SOAK_SEED</c> repeats a run.
/// </summary>
public sealed class HarmlessTests(ITestOutputHelper log) : IDisposable
{
    private const int PlacesAtOnce = 400;

    /// <summary>A batch may miss all that the program runs: one of them proves nothing, and says nothing against the agent.</summary>
    private const int MaxBatchesWithoutHit = 5;
    private readonly Workspace _workspace = new();

    public static TheoryData<string> Workloads => [.. Workload.Names];

    public void Dispose() => _workspace.Dispose();

    [Theory, MemberData(nameof(Workloads))]
    public void Probed_programs_do_what_they_do_without(string name)
    {
        var workload = new Workload(name, _workspace);
        var expected = workload.Run();
        Assert.Equal(expected, workload.Run());
        var functions = workload.Binaries.Select(binary => (binary, FunctionStarts.Of(binary))).Where(one => one.Item2.Count > 0).ToList();
        var seed = Environment.GetEnvironmentVariable("TRACEAGENT_SOAK_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Environment.TickCount;
        var length = TimeSpan.FromSeconds(double.Parse(
            Environment.GetEnvironmentVariable("TRACEAGENT_SOAK_SECONDS") is { Length: > 0 } seconds ? seconds : "0",
            CultureInfo.InvariantCulture)
            / Workload.Names.Count);
        var clock = Stopwatch.StartNew();
        var (attached, hits, batches) = (0L, 0L, 0);
        do
        {
            log.WriteLine($"{name}: seed {seed}");
            var batch = ProbeBatch.Random(new Random(seed), functions, PlacesAtOnce, name == "go");
            var outcome = Probe(workload, batch);
            if (outcome.Output != expected)
            {
                // A program that is not the same every time would have failed above, but for this.
                Assert.Equal(expected, workload.Run());
                var failing = Narrow(workload, batch, expected);
                Assert.Fail($"{name}, seed {seed}: {Difference(expected, outcome.Output)}\n" +
                    $"probed where the agent allowed it:\n{string.Concat(failing.Rules)}\n{outcome.Messages}");
            }

            attached += outcome.Attached;
            hits += outcome.Hits;
            batches++;
            seed = unchecked(seed + 1);
        }
        while (clock.Elapsed < length || (hits == 0 && batches < MaxBatchesWithoutHit));

        log.WriteLine($"{name}: {batches} batches, {attached} places probed, {hits} hits");
        Assert.True(attached > PlacesAtOnce / 10 * batches
            && hits > 0, $"{attached} places of {batches} batches were probed, with {hits} hits: the test did not test");
    }

    private static string Difference(string expected, string actual)
    {
        var at = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"…{expected[Math.Max(0, at - 200)..Math.Min(expected.Length, at + 200)]}… became " +
            $"…{actual[Math.Max(0, at - 200)..Math.Min(actual.Length, at + 200)]}…";
    }

    /// <summary>Halves the batch for as long as a half alone makes a difference.</summary>
    private ProbeBatch Narrow(Workload workload, ProbeBatch batch, string expected)
    {
        while (batch.Rules.Count > 1 && batch.Halves().FirstOrDefault(half => Probe(workload, half).Output != expected) is { } half)
        {
            batch = half;
        }

        return batch;
    }

    private Outcome Probe(Workload workload, ProbeBatch batch)
    {
        var events = _workspace["events.json"];
        File.Delete(events);
        using var agent = AgentProcess.Start(
            new AgentStart(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File([.. batch.Rules]))) { Output = events });
        var output = workload.Run();
        agent.Stop();
        var calls = File.ReadLines(events)
            .Where(line => line.Contains("\"event\":\"agent\"", StringComparison.Ordinal)
                && line.Contains("\"calls\":", StringComparison.Ordinal))
            .Select(EventLine.Parse).GroupBy(line => line.Rule).Select(rule => rule.Max(line => line.Count("calls"))).ToList();
        return new Outcome(output, agent.MessagesWith("attached"), calls.Sum(), agent.Dump());
    }

    private sealed record Outcome(string Output, int Attached, long Hits, string Messages);
}
