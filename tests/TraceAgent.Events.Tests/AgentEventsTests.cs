using Serilog.Events;
using TraceAgent.Events.Formats;
using TraceAgent.Events.Statements;

namespace TraceAgent.Events.Tests;

public class AgentEventsTests
{
    [Fact]
    public void A_loss_report_says_what_became_of_every_call()
    {
        var line = Sample.LineOf(AgentEvents.Loss("add-num", new CallCounts(Logged: 89_106, 0, 0, 0, Lost: 1_204), Sample.Epoch));

        Assert.Matches(
            """
            ^\{"@t":"2026-11-22T15:27:33.667556412Z","@m":"add-num: 1,204 of 90,310 calls not logged; lost 1204 while the ring buffer was full","@i":"[0-9a-f]{8}","@l":"Warning","rule":"add-num","event":"agent","action":"loss","calls":90310,"logged":89106,"filtered":0,"sampled":0,"limited":0,"lost":1204,"lost_in_flight":0,"lost_in_output":0\}
            $
            """,
            line);
    }

    [Fact]
    public void Reasons_are_escaped_and_a_statement_may_be_about_no_rule()
    {
        var rejected = AgentEvents.Rejected(null, "a.yaml:1:2: error TA104: unknown key \"x\"\n", Sample.Epoch);

        var line = Sample.LineOf(rejected);

        Assert.Contains("unknown key \\\"x\\\"\\n\",\"@i\"", line, StringComparison.Ordinal);
        Assert.DoesNotContain("\"rule\":", line, StringComparison.Ordinal);
        Assert.Equal(LogEventLevel.Error, rejected.Level);
    }

    [Fact]
    public void Statements_of_one_kind_share_their_hash()
    {
        var lines = new[] { AgentEvents.Attached("a", 1, 0), AgentEvents.Attached("b", 2, 0), AgentEvents.Detached("a", "removed", 0) }
            .Select(e => System.Text.Json.JsonDocument.Parse(Sample.LineOf(e)).RootElement)
            .ToArray();

        Assert.Equal(["rule a attached: 1 site", "rule b attached: 2 sites", "rule a detached: removed"], lines.Select(
            l => l.GetProperty("@m").GetString()));
        Assert.Equal(lines[0].GetProperty("@i").GetString(), lines[1].GetProperty("@i").GetString());
        Assert.NotEqual(lines[0].GetProperty("@i").GetString(), lines[2].GetProperty("@i").GetString());
    }

    [Fact]
    public void One_of_a_thing_is_not_several()
    {
        var one = new CallCounts(Logged: 0, 0, 0, 0, Lost: 1) { LostInOutput = 1 };
        AgentStatement[] statements =
        [
            AgentEvents.Loss("a", one, 0), AgentEvents.Totals("a", one, 0), AgentEvents.Skipped(1, 0), AgentEvents.Skipped(1_200, 0),
            AgentEvents.ListsChanged("a", 2, 1, 0), AgentEvents.Evicted("a", 1, 0),
        ];

        Assert.Equal(
            [
                "a: 1 of 1 call not logged; lost 1 by an output that failed",
                "a: 0 of 1 call logged in all",
                "1 more line, which is in the outputs, is not shown",
                "1,200 more lines, which are in the outputs, are not shown",
                "rule a: 2 denied and 1 allowed network active",
                "a: 1 source evicted, whose counters start again at 0",
            ],
            statements.Select(statement => statement.Message));
    }

    [Fact]
    public void People_read_the_statement_with_its_level()
    {
        var line = Sample.LineOf(AgentEvents.Pending("add-num", "no such file", Sample.Epoch), new TextFormatter());

        Assert.Equal("2026-11-22T15:27:33.667556412Z WRN rule add-num pending: no such file\n", line);
    }
}
