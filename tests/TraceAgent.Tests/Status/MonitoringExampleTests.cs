using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

/// <summary>Dashboard and alerts of examples/pipelines ask for metrics that the agent has, and the document lists them.</summary>
public partial class MonitoringExampleTests
{
    /// <summary>Suffixes of a histogram, whose name alone is in the line of its type.</summary>
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    private static readonly HashSet<string> Metrics = [.. TypeLine()
        .Matches(Encoding.UTF8.GetString(PrometheusText.Of(StatusSample.Of()))).Select(match => match.Groups[1].Value)];

    [Theory]
    [InlineData("examples/pipelines/grafana/dashboard.json")]
    [InlineData("examples/pipelines/prometheus/alerts.yaml")]
    public void Every_metric_that_is_asked_for_is_one_that_the_agent_has(string path)
    {
        var asked = MetricName().Matches(SourceTree.Read(path)).Select(match => match.Value)
            .Select(name => Metrics.Contains(name) ? name : name[..^(Suffixes.FirstOrDefault(name.EndsWith)?.Length ?? 0)]);

        Assert.All(asked, name => Assert.Contains(name, Metrics));
        Assert.NotEmpty(asked);
    }

    [Fact]
    public void A_rule_has_its_state_and_its_budget()
    {
        var text = Encoding.UTF8.GetString(PrometheusText.Of(StatusSample.Of(StatusSample.Call, StatusSample.Pending)));

        Assert.Contains("traceagent_rule_state{rule=\"add-num\",state=\"attached\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("traceagent_rule_state{rule=\"later\",state=\"pending\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("traceagent_rule_budget_ratio{rule=\"add-num\"} 0.2\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("traceagent_rule_budget_ratio{rule=\"later\"}", text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^# TYPE (\S+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"\btraceagent_[a-z_]+")]
    private static partial Regex MetricName();
}
