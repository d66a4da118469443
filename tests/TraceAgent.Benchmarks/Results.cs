using System.Globalization;

namespace TraceAgent.Benchmarks;

/// <summary>Samples by scenario, tool and column, and their medians in a table.</summary>
internal sealed class Results
{
    private readonly List<(string Scenario, string Tool, string Column, double Value)> _samples = [];

    public void Add(string scenario, string tool, string column, double value) => _samples.Add((scenario, tool, column, value));

    public double? Median(string scenario, string tool, string column)
    {
        var values = _samples.Where(s => s.Scenario == scenario && s.Tool == tool && s.Column == column)
            .Select(s => s.Value).Order().ToList();
        return values.Count == 0 ? null : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    public IReadOnlyList<string> ScenariosWith(string column) =>
        [.. _samples.Where(sample => sample.Column == column).Select(sample => sample.Scenario).Distinct()];

    public void Print()
    {
        foreach (var group in _samples.GroupBy(sample => string.Join('|', ColumnsOf(sample.Scenario))))
        {
            var columns = group.Key.Split('|');
            Console.WriteLine();
            Console.WriteLine($"| what | tool | {string.Join(" | ", columns)} |");
            Console.WriteLine($"|---|---|{string.Concat(columns.Select(_ => "---:|"))}");
            foreach (var (scenario, tool) in group.Select(sample => (sample.Scenario, sample.Tool)).Distinct())
            {
                Console.WriteLine(
                    $"| {scenario} | {tool} | {string.Join(" | ", columns.Select(column => Text(Median(scenario, tool, column))))} |");
            }
        }
    }

    private IEnumerable<string> ColumnsOf(string scenario) =>
        _samples.Where(sample => sample.Scenario == scenario).Select(sample => sample.Column).Distinct();

    private static string Text(double? value) => value switch
    {
        null => "",
        0 => "0",
        >= 100 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
