using System.Globalization;

namespace TraceAgent.Engine.State;

/// <summary>A rule that costs too much.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="UsedPercent">The cost in percent of one CPU, over the last second.</param>
/// <param name="BudgetPercent">The budget; that of all rules together when <paramref name="OfAll"/>.</param>
/// <param name="OfAll">The rules together are over their budget, and this one costs most.</param>
/// <param name="Pause">The time until it is tried again.</param>
public readonly record struct Suspension(string Rule, double UsedPercent, double BudgetPercent, bool OfAll, TimeSpan Pause)
{
    /// <param name="left">The rest of the pause.</param>
    public string Describe(TimeSpan left) => string.Create(
        CultureInfo.InvariantCulture,
        $"it costs {UsedPercent:0.#} % of a CPU and {(OfAll ? "all rules together may use" : "its budget is")} {BudgetPercent:0.#} %; it " +
            $"is tried again in {left.TotalSeconds:0} s");
}
