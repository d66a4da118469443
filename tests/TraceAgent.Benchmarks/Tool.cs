using System.Globalization;
using System.Text.Json;

namespace TraceAgent.Benchmarks;

/// <summary>One of those that are compared.</summary>
/// <param name="Name">As in the table.</param>
/// <param name="Command">What to run; the third is the file for its lines.</param>
/// <param name="Events">How many events came out, from the file.</param>
internal sealed record Tool(string Name, Func<WorkFolder, Scenario, string, IReadOnlyList<string>> Command, Func<string, long> Events)
{
    /// <summary>The newest that Debian has, where scripts/newest-bpftrace.sh could get it.</summary>
    public static string BpftraceCommand { get; } = Environment.GetEnvironmentVariable("BPFTRACE") ?? "bpftrace";

    public static Tool Empty { get; } = new("empty program", (folder, scenario, _) => FloorOf(folder, scenario, ["empty"]), _ => 0);

    public static Tool Floor { get; } = new(
        "C floor", (folder, scenario, _) => FloorOf(folder, scenario, scenario.Floor),
        path => long.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture));

    public static Tool TraceAgent { get; } = new(
        "TraceAgent",
        (folder, scenario, output) => [folder.Agent, "run", "--rules", RuleFile(folder, scenario), "--output", output],
        path => File.ReadLines(path).Count(line => !line.Contains("\"event\":\"agent\"", StringComparison.Ordinal)));

    public static Tool Bpftrace { get; } = new(
        "bpftrace", (folder, scenario, _) => [BpftraceCommand, "-e", Script(folder, scenario)],
        path => File.ReadLines(path).Count(line => line.Contains("work", StringComparison.Ordinal)));

    public static Tool BpftraceJson { get; } = new(
        "bpftrace -f json",
        (folder, scenario, _) => [BpftraceCommand, "-f", "json", "-e", Script(folder, scenario)],
        path => File.ReadLines(path).Count(IsPrinted));

    public static IReadOnlyList<Tool> All { get; } = [Empty, Floor, TraceAgent, Bpftrace, BpftraceJson];

    private static bool IsPrinted(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("type").GetString() == "printf";
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string[] FloorOf(WorkFolder folder, Scenario scenario, IReadOnlyList<string> programs) =>
        [folder.Floor, folder.FloorObject, folder.Target, $"0x{folder.AddressOf(scenario.Function):x}", .. programs];

    private static string Script(WorkFolder folder, Scenario scenario) =>
        scenario.Probes.Replace("{0}", $"{folder.Target}:{scenario.Function}", StringComparison.Ordinal);

    private static string RuleFile(WorkFolder folder, Scenario scenario)
    {
        var keys = $"name: bench\nbinary: {folder.Target}\nsymbol: {scenario.Function}\nbudget: none\n{scenario.Rule}";
        return folder.Write("bench.yaml", "rules:\n  - " + keys.Replace("\n", "\n    ", StringComparison.Ordinal) + "\n");
    }
}
