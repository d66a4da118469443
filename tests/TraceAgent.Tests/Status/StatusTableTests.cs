using System.Text.Json;
using TraceAgent.Engine.State;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public class StatusTableTests
{
    [Fact]
    public void The_table_has_a_line_for_each_rule_and_then_the_reasons_without_controls() => Assert.Equal(
        """
        traceagent 0.1.0, process 4711, up 3 h, uprobe_multi; ring 4 of 8192 KiB; 3 reloads; cost 1.3 % of a CPU (budget 50 %)
        RULE     STATE     SITES  CALLS  LOGGED  FILTERED  SAMPLED  LIMITED  LOST  UNRETURNED   COST  LAST EVENT
        add-num  attached      1  1,210   1,000       200        4        3     3           7  1.3 %     5 s ago
        later    pending       0      0       0         0        0        0     0           0      -           -
        later: /srv/x␛[31m does not exist yet
        output /var/log/a"b\c.json: 3 events not delivered
        output /var/log/a"b\c.json: 2 batches refused

        """,
        StatusTable.Of(StatusSample.Of(StatusSample.Call, StatusSample.Pending), StatusSample.Now));

    [Fact]
    public void What_several_rules_wait_for_is_said_once()
    {
        var waiting = StatusSample.Pending with { State = "rejected", Reason = "waits until b.yaml has no errors" };
        var status = StatusSample.Of([.. "abcde".Select(name => waiting with { Rule = $"{name}" })]) with
        {
            RejectedFiles = [new RejectedText("b.yaml", "b.yaml:2:5: TA104: unknown key 'oon'")],
        };

        Assert.EndsWith(
            """
            a, b, c and 2 more rules: waits until b.yaml has no errors
            b.yaml:2:5: TA104: unknown key 'oon'

            """,
            StatusTable.Of(status with { Outputs = [] }, StatusSample.Now), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_are_gone_are_counted_and_shown_when_asked_for()
    {
        var gone = StatusSample.Call with { Rule = "gone", State = "removed", Reason = "it is not in the rule files any more" };
        var status = StatusSample.Of(StatusSample.Call, gone) with
        {
            Outputs = [],
            Packets = [StatusSample.Edge with { Rule = "left", State = "removed" }],
        };

        var few = StatusTable.Of(status, StatusSample.Now);
        var all = StatusTable.Of(status, StatusSample.Now, all: true);

        Assert.EndsWith("\n2 rules in no file any more; --all shows them\n", few, StringComparison.Ordinal);
        Assert.DoesNotContain("gone", few, StringComparison.Ordinal);
        Assert.DoesNotContain("left", few, StringComparison.Ordinal);
        Assert.Contains("\ngone     removed", all, StringComparison.Ordinal);
        Assert.Contains("\nleft ", all, StringComparison.Ordinal);
        Assert.DoesNotContain("--all", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Packet_rules_have_a_table_of_their_own() => Assert.Equal(
        """
        PACKETS OF  STATE     INTERFACE                      PACKETS  PASSED  DROPPED  SPARED  DENIED  ALLOWED  EVICTED  LINES  LOST
        edge        attached  eth0 (native), eth1 (generic)    1,215   1,100      100       0  12,000        3        7     40     1
        guard       pending   wlan0                                0       0        0       0       0        0        0      0     0
        guard: there is no network interface wlan0

        """,
        string.Join('\n', StatusTable.Of(StatusSample.Of() with
        { Packets = [StatusSample.Edge, StatusSample.Guard], Outputs = [] }, StatusSample.Now).Split('\n').Skip(1)));

    [Fact]
    public void The_details_of_a_packet_rule_balance() =>
        Assert.Contains(
            "packets    1,215 = 1,100 passed + 100 dropped + 0 spared + 10 not IP + 5 malformed\n",
            PacketTable.Details(StatusSample.Edge), StringComparison.Ordinal);

    [Fact]
    public void The_details_of_a_rule_end_with_a_picture_of_its_durations()
    {
        var text = StatusTable.Details(StatusSample.Call, StatusSample.Now);

        Assert.Contains(
            "calls      1,210 = 1,000 logged + 200 filtered + 4 sampled out + 3 over the limit + 3 lost\n", text, StringComparison.Ordinal);
        Assert.Contains("cost       1.3 % of a CPU; 0.013 s in all; budget 20 %\n", text, StringComparison.Ordinal);
        Assert.Contains("     1 µs … 2 µs              600  ████", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_json_is_read_back_as_it_was_written()
    {
        var status = StatusSample.Of(StatusSample.Call, StatusSample.Pending) with { Packets = [StatusSample.Edge] };
        var json = JsonSerializer.Serialize(status, StatusJson.Readable.AgentStatus);

        Assert.Equal(json, JsonSerializer.Serialize(
            JsonSerializer.Deserialize(json, StatusJson.Readable.AgentStatus)!, StatusJson.Readable.AgentStatus));
        Assert.Contains("\"last_event\": \"2026-11-22T14:59:55Z\"", json, StringComparison.Ordinal);
    }
}
