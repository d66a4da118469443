using System.Diagnostics;

namespace TraceAgent.Fuzz;

/// <summary>Gives a target many inputs, on all processors. Input number n is the same in every run with the same seed.</summary>
internal sealed class FuzzRun(string name, Func<FuzzTarget> make, int seed)
{
    private const int MaxFailures = 10;
    // Long enough for the longest input on a machine that does much else.
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(5);
    private readonly List<string> _failures = [];
    private volatile bool _isOver;

    /// <summary>One text for each input that failed.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public TimeSpan Elapsed { get; private set; }

    /// <summary>Runs inputs 0 to <paramref name="count"/> - 1; ends early after some failures, and when an input takes minutes.</summary>
    public void Run(int count)
    {
        var clock = Stopwatch.StartNew();
        var processors = Environment.ProcessorCount;
        using var positions = new Positions(name, seed, processors);
        var next = -1;
        var workers = Enumerable.Range(0, processors).Select(worker => new Thread(() =>
        {
            using var target = make();
            for (var index = Interlocked.Increment(ref next); index < count && !_isOver; index = Interlocked.Increment(ref next))
            {
                positions[worker] = index;
                Try(target, index);
            }
        })
        { IsBackground = true }).ToList();
        workers.ForEach(worker => worker.Start());
        var (seen, since) = (new int[processors], Enumerable.Repeat(clock.Elapsed, processors).ToArray());
        while (workers.Any(worker => worker.IsAlive))
        {
            workers.Find(worker => worker.IsAlive)?.Join(100);
            for (var i = 0; i < processors; i++)
            {
                var position = positions[i];
                if (position != seen[i])
                {
                    (seen[i], since[i]) = (position, clock.Elapsed);
                }
                else if (workers[i].IsAlive && clock.Elapsed - since[i] > Stuck)
                {
                    using var target = make();
                    Fail(position, target.Make(RandomOf(position)), "it does not come to an end");
                    _isOver = true;
                    workers.Where(worker => worker != workers[i]).ToList().ForEach(worker => worker.Join());
                    Elapsed = clock.Elapsed;
                    return;
                }
            }
        }

        Elapsed = clock.Elapsed;
    }

    /// <summary>One input, not caught: to look at a failure.</summary>
    public void Repeat(int index)
    {
        using var target = make();
        target.Check(target.Make(RandomOf(index)));
    }

    private void Try(FuzzTarget target, int index)
    {
        var input = target.Make(RandomOf(index));
        try
        {
            target.Check(input);
        }
#pragma warning disable CA1031 // Whatever it is, it is what was looked for.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(index, input, failure.ToString());
        }
    }

    private void Fail(int index, byte[] input, string why)
    {
        lock (_failures)
        {
            _failures.Add($"{name} {index} (--seed {seed}), kept as {Corpus.Keep(name, input)}: {why}");
            _isOver |= _failures.Count >= MaxFailures;
        }
    }

    private Random RandomOf(int index) => new(unchecked((seed * 1_000_003) + index));
}
