using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public class WatchScreenTests
{
    private static readonly (int Columns, int Rows) Size = (140, 20);

    private static readonly RuleStatus Later = StatusSample.Call with
    {
        Calls = 1410,
        Logged = 1100,
        Lost = 8,
        Latency = new LatencyStatus(2_500_000, [new LatencyBucket(512, 1024, 410), new LatencyBucket(1024, 2048, 690)]),
    };

    [Fact]
    public void A_rule_is_shown_by_what_it_does_now() => Assert.Equal(
        [
            "traceagent 0.1.0, process 4711, up 3 h, uprobe_multi; ring 4 of 8192 KiB; 3 reloads; cost 1.3 % of a CPU (budget 50 %)",
            "RULE     STATE     CALLS/s  LINES/s  LOST/s  LOST   COST  OF ITS BUDGET     MEDIAN  99 %  DURATIONS",
            "add-num  attached      100       50     2.5     8  1.3 %  █░░░░░░░░░   6 %    2 µs  2 µs  ▁█",
        ],
        Draw(StatusSample.Of(Later), StatusSample.Of(StatusSample.Call)));

    [Fact]
    public void Before_the_second_look_there_are_no_rates() =>
        Assert.StartsWith("add-num  attached        -        -       -     3  1.3 %", Draw(StatusSample.Of(StatusSample.Call), null)[2],
            StringComparison.Ordinal);

    [Fact]
    public void What_needs_attention_is_coloured_and_rules_that_are_gone_are_left_out()
    {
        var gone = StatusSample.Call with { Rule = "gone", State = "removed" };
        var quiet = StatusSample.Call with { Rule = "quiet" };

        var lines = Draw(
            StatusSample.Of(Later, quiet, StatusSample.Pending, gone), StatusSample.Of(StatusSample.Call, quiet, gone), colours: true);

        Assert.StartsWith("\e[31madd-num", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("quiet", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("\e[33mlater", lines[4], StringComparison.Ordinal);
        Assert.Equal("later: /srv/x␛[31m does not exist yet", lines[5]);
        Assert.DoesNotContain(lines, line => line.Contains("gone", StringComparison.Ordinal));
    }

    [Fact]
    public void A_small_terminal_has_the_rules_that_cost_most_and_no_line_beyond_its_edge()
    {
        var rules = Enumerable.Range(0, 50).Select(i => StatusSample.Call with { Rule = $"rule-{i}", CostPercent = i }).ToArray();

        var lines = WatchScreen.Of(
            new WatchedStatus(StatusSample.Of(rules), null, default), StatusSample.Now, (60, 12), colours: false);

        Assert.True(lines.Count <= 12, $"{lines.Count} lines");
        Assert.All(lines, line => Assert.True(line.Length <= 60, line));
        Assert.StartsWith("rule-49 ", lines[2], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.EndsWith(" more rules, which cost less", StringComparison.Ordinal));
    }

    [Fact]
    public void Counters_that_began_anew_have_no_negative_rate()
    {
        var rates = RuleRates.Between(Later, StatusSample.Call, TimeSpan.FromSeconds(2));

        Assert.Equal(605, rates.Calls);
        Assert.Equal(1000, rates.Latency!.Buckets.Sum(bucket => bucket.Calls));
    }

    private static IReadOnlyList<string> Draw(AgentStatus now, AgentStatus? before, bool colours = false) => WatchScreen.Of(
        new WatchedStatus(now with { Outputs = [] }, before, TimeSpan.FromSeconds(2)), StatusSample.Now, Size, colours);
}
