using System.Globalization;
using TraceAgent.Fuzz;

// TraceAgent.Fuzz [--seed N] [--share PERCENT] [--only TARGET [--input N]]
var options = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "");
int Number(string option, int otherwise) =>
    options.TryGetValue(option, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
if (options.Keys.Except(["--seed", "--share", "--only", "--input"]).Any()
    || (options.ContainsKey("--input") && !options.ContainsKey("--only")))
{
    Console.Error.WriteLine("usage: [--seed N] [--share PERCENT] [--only TARGET [--input N]]");
    return 2;
}

var (seed, share) = (Number("--seed", 1), Number("--share", 100));
Console.WriteLine($"seed {seed}\n{"target",-16}{"inputs",12}{"seconds",10}{"failures",10}");
var (inputs, failures) = (0L, 0);
foreach (var (name, most, make) in FuzzTarget.All.Where(target => options.GetValueOrDefault("--only", target.Name) == target.Name))
{
    var run = new FuzzRun(name, make, seed);
    if (options.ContainsKey("--input"))
    {
        run.Repeat(Number("--input", 0));
        continue;
    }

    if (Positions.OfDead(name) is var (deadSeed, at))
    {
        Console.WriteLine($"{name}: the last run died: try --seed {deadSeed} --only {name} --input {string.Join(" or ", at)}");
    }

    var count = (int)((long)most * share / 100);
    run.Run(count);
    Console.WriteLine($"{name,-16}{count,12:n0}{run.Elapsed.TotalSeconds,10:f1}{run.Failures.Count,10}");
    foreach (var failure in run.Failures)
    {
        Console.WriteLine(failure);
    }

    (inputs, failures) = (inputs + count, failures + run.Failures.Count);
}

Console.WriteLine($"{"all",-16}{inputs,12:n0}{"",10}{failures,10}");
return failures == 0 ? 0 : 1;
