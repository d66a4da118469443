using System.Globalization;
using Xunit.Abstractions;

namespace TraceAgent.EndToEnd.DoNoHarm;

/// <summary>
/// Every function that the gate lets through, its calls and its entries, at the same time, in programs that do what tracers are
/// known to break: they must do exactly what they do without. Each function of a stripped file gets a name of its own in a
/// copy.
/// </summary>
public sealed class EveryFunctionTests(ITestOutputHelper log) : IDisposable
{
    private const int MaxSites = 10_000;
    private readonly Workspace _workspace = new();

    /// <summary>The program, and which of its files are probed: all, or those whose names begin so.</summary>
    public static TheoryData<string, string> Programs => new()
    {
        { "hard", "" }, { "greenlet", "python3" }, { "ruby", "libruby" }, { "php", "php" },
        { "nginx", "nginx" }, { "git", "git" }, { "perl", "perl" },
    };

    public void Dispose() => _workspace.Dispose();

    [Theory, MemberData(nameof(Programs))]
    public void Programs_of_which_every_function_is_probed_do_what_they_do_without(string name, string files)
    {
        var workload = new Workload(name, _workspace);
        var probed = workload.Binaries.Where(binary => Path.GetFileName(binary).StartsWith(files, StringComparison.Ordinal)).ToList();
        var functions = probed.Sum(NameEveryFunction);
        var expected = workload.Run();
        Assert.Equal(expected, workload.Run());
        var rules = probed.SelectMany(Rules).ToArray();
        var events = _workspace["events.json"];
        using var agent = AgentProcess.Start(
            new AgentStart(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(rules))) { Output = events });

        var output = workload.Run();

        agent.Stop();
        Assert.Equal(expected, output);
        Assert.Equal(expected, workload.Run());
        var hits = File.ReadLines(events)
            .Where(line => line.Contains("\"event\":\"agent\"", StringComparison.Ordinal)
                && line.Contains("\"calls\":", StringComparison.Ordinal))
            .Select(EventLine.Parse).GroupBy(line => line.Rule).Sum(rule => rule.Max(line => line.Count("calls")));
        log.WriteLine(
            $"{name}: {functions} functions, "
                + $"{agent.MessagesWith("rule attached")} of {rules.Length} rules attached, {hits} hits");
        Assert.True(agent.MessagesWith("rule attached") >= 2 * probed.Count && hits > functions / 10, agent.Dump());
    }

    /// <summary>By ten thousands, of calls and of entries.</summary>
    private static IEnumerable<string> Rules(string binary, int number)
    {
        foreach (var (on, more) in ((string, string)[])[("call", ", args: [a: string(8), b: int], ret: int"), ("entry", ", args: 1")])
        {
            foreach (var tenThousands in "0123")
            {
                yield return $"  - {{name: {on}-{number}-{tenThousands}, binary: {binary}, " +
                    $"symbol: 'every_{tenThousands}*', max_sites: {MaxSites}, on: {on}, " +
                    $"budget: none, limit: 1/s{more}}}\n";
            }
        }
    }

    /// <summary>Symbols <c>every_00000_ADDRESS</c> and so on for what the unwind table and the symbols say.</summary>
    private int NameEveryFunction(string binary)
    {
        var sections = Command.Run("readelf", "--wide", "--section-headers", binary).Output.Split('\n')
            .Select(line => line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 7 && words[1] == "PROGBITS" && words[6].Contains('X', StringComparison.Ordinal))
            .Select(words => (Name: words[0], Start: Number(words[2]), Size: Number(words[4]))).ToList();
        var starts = FunctionStarts.Of(binary).Select(function => function.Address).Distinct().Order()
            .SelectMany(start => sections
                .Where(section => start - section.Start < section.Size)
                .Select(section => (section.Name, start, Distance: start - section.Start)))
            .ToList();
        var options = _workspace.Write("symbols", string.Concat(starts.Select((one, i) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"--add-symbol every_{i:D5}_{one.start:x}={one.Name}:0x{one.Distance:x},function,global\n"))));
        Command.OutputOf("objcopy", $"@{options}", binary, $"{binary}.named");
        File.Move($"{binary}.named", binary, overwrite: true);
        return starts.Count;
    }

    private static ulong Number(string hex) => ulong.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
