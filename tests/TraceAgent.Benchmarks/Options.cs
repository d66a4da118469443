using System.Globalization;

namespace TraceAgent.Benchmarks;

/// <param name="Agent">The executable under measurement.</param>
/// <param name="Runs">How often each is measured; the median counts.</param>
/// <param name="Calls">Calls of the traced function in one measurement of saturation.</param>
/// <param name="Only">The part to run; null for all.</param>
/// <param name="Scenario">
/// The one scenario of the hits to measure; null for all. Of debug information, the binary and the line, or <c>large</c>.
/// </param>
internal sealed record Options(string Agent, int Runs, int Calls, string? Only, string? Scenario)
{
    public static Options Of(string[] arguments)
    {
        var options = new Options(Path.GetFullPath(arguments[0]), 5, 1_000_000, null, null);
        for (var i = 1; i + 1 < arguments.Length; i += 2)
        {
            options = arguments[i] switch
            {
                "--runs" => options with { Runs = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture) },
                "--calls" => options with { Calls = int.Parse(arguments[i + 1], CultureInfo.InvariantCulture) },
                "--scenario" => options with { Scenario = arguments[i + 1] },
                "--only" => options with { Only = arguments[i + 1] },
                _ => throw new ArgumentException($"unknown option {arguments[i]}"),
            };
        }

        return options;
    }

    public IReadOnlyList<Scenario> Scenarios =>
        [.. Benchmarks.Scenario.All.Where(one => Scenario is null || one.Name == Scenario)];

    public bool Wants(string part) => Only is null || Only == part;
}
