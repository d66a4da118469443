using System.Globalization;

namespace TraceAgent.Engine.Managed;

/// <summary>A rule that costs too much.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="UsedPercent">Of one CPU, over the last second.</param>
/// <param name="BudgetPercent">What it may use; of all rules together when <paramref name="OfAll"/>.</param>
/// <param name="OfAll">The rules together are over their budget, and this one costs most.</param>
/// <param name="Pause">Until it is tried again.</param>
public readonly record struct Suspension(string Rule, double UsedPercent, double BudgetPercent, bool OfAll, TimeSpan Pause)
{
    /// <param name="left">Of the pause.</param>
    public string Describe(TimeSpan left) => string.Create(
        CultureInfo.InvariantCulture,
        $"it costs {UsedPercent:0.#} % of a CPU and {(OfAll ? "all rules together may use" : "its budget is")} {BudgetPercent:0.#} %; it " +
            $"is tried again in {left.TotalSeconds:0} s");
}
