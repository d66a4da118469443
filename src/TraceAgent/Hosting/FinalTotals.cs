using Microsoft.Extensions.Logging;
using TraceAgent.Capture;
using TraceAgent.Engine;
using TraceAgent.Engine.Counters;
using TraceAgent.Engine.Packets;
using TraceAgent.Events.PacketLines;
using TraceAgent.Events.Statements;
using TraceAgent.Logging;

namespace TraceAgent.Hosting;

/// <summary>Reports what the run has counted of a rule when it is not probed any more: at the end, or long after it is gone.</summary>
internal sealed class FinalTotals(EventPipeline pipeline, ILogger logger)
{
    /// <summary>Reports the totals among the events. Called by the reader's thread, when the ring is drained.</summary>
    public void Enqueue()
    {
        foreach (var counters in pipeline.Rules.All)
        {
            Enqueue(counters);
        }

        foreach (var counters in pipeline.PacketRules.All)
        {
            Enqueue(counters);
        }
    }

    public void Enqueue(RuleCounters counters) =>
        pipeline.Pump.Enqueue(AgentEvents.Totals(counters.Rule, counters.FinalTotals().Counts, pipeline.Clock.UtcNow));

    public void Enqueue(PacketCounters counters) =>
        pipeline.Pump.Enqueue(AgentEvents.PacketTotals(counters.Rule, counters.Totals, counters.Evicted, pipeline.Clock.UtcNow));

    /// <summary>Reports the totals to the operator.</summary>
    /// <param name="withheld">True when an output did not say what it took of the last lines: they count as lost.</param>
    public void Report(bool withheld)
    {
        foreach (var counters in pipeline.Rules.All)
        {
            Report(counters, withheld);
        }

        foreach (var counters in pipeline.PacketRules.All)
        {
            Report(counters, withheld);
        }
    }

    public void Report(RuleCounters counters, bool withheld)
    {
        var totals = withheld ? counters.WithheldTotals() : counters.FinalTotals();
        var counts = totals.Counts;
        var calls = Plural.Of(totals.Calls, "call");
        Log.Totals(logger, counters.Rule, calls, counts.Logged, counts.Lost, counts.Others + counts.LostBecause);
        if (totals.Unreturned > 0)
        {
            Log.Unreturned(logger, counters.Rule, Plural.Of(totals.Unreturned, "call was", "calls were"));
        }

        if (!totals.Balances)
        {
            Log.OutOfBalance(logger, counters.Rule, calls, counts.Logged, counts.Lost, counts.Others);
        }
    }

    public void Report(PacketCounters counters, bool withheld)
    {
        var lost = counters.Failed + (withheld ? counters.Uncommitted : 0);
        Log.PacketTotals(logger, counters.Rule, PacketTotalsText.Of(counters.Totals), Plural.Of(counters.Logged, "line"), lost);
    }
}
