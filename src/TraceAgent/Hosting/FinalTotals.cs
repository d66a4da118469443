using Microsoft.Extensions.Logging;
using TraceAgent.Engine;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Statements;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>Reports what the run has counted, at its end when nothing is probed any more.</summary>
internal sealed class FinalTotals(EventPipeline pipeline, ILogger logger)
{
    /// <summary>Reports the totals among the events. Called by the reader's thread, when the ring is drained.</summary>
    public void Enqueue()
    {
        foreach (var counters in pipeline.Rules.All)
        {
            pipeline.Pump.Enqueue(AgentEvents.Totals(counters.Rule, counters.FinalTotals().Counts, pipeline.Clock.UtcNow));
        }

        foreach (var counters in pipeline.PacketRules.All)
        {
            pipeline.Pump.Enqueue(AgentEvents.PacketTotals(counters.Rule, counters.Totals, counters.Evicted, pipeline.Clock.UtcNow));
        }
    }

    /// <summary>Reports the totals to the operator.</summary>
    /// <param name="withheld">True when an output did not say what it took of the last lines: they count as lost.</param>
    public void Report(bool withheld)
    {
        foreach (var counters in pipeline.Rules.All)
        {
            var totals = withheld ? counters.WithheldTotals() : counters.FinalTotals();
            var counts = totals.Counts;
            var others = counts.Others + counts.LostBecause;
            Log.Totals(logger, counters.Rule, Plural.Of(totals.Calls, "call"), counts.Logged, counts.Lost, others);
            if (totals.Unreturned > 0)
            {
                var calls = Plural.Of(totals.Unreturned, "call was", "calls were");
                Log.Unreturned(logger, counters.Rule, calls);
            }

            if (!totals.Balances)
            {
                Log.OutOfBalance(logger, counters.Rule, totals.Calls, counts.Logged, counts.Lost, counts.Others);
            }
        }

        foreach (var counters in pipeline.PacketRules.All)
        {
            var lost = counters.Failed + (withheld ? counters.Uncommitted : 0);
            Log.PacketTotals(logger, counters.Rule, PacketWords.Of(counters.Totals), Plural.Of(counters.Logged, "line"), lost);
        }
    }
}
