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
    public void People_read_the_statement_with_its_level()
    {
        var line = Sample.LineOf(AgentEvents.Pending("add-num", "no such file", Sample.Epoch), new TextFormatter());

        Assert.Equal("2026-11-22T15:27:33.667556412Z WRN rule add-num pending: no such file\n", line);
    }
}
