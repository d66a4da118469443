using System.Text;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public class PrometheusTextTests
{
    [Fact]
    public void The_exposition_is_well_formed_and_says_what_the_status_says()
    {
        var samples = Exposition.Read(Encoding.UTF8.GetString(PrometheusText.Of(StatusSample.Of(StatusSample.Call, StatusSample.Pending))));

        Assert.Equal(1, samples["""traceagent_rules{state="attached"}"""]);
        Assert.Equal(1, samples["""traceagent_rules{state="pending"}"""]);
        Assert.Equal(0, samples["""traceagent_rules{state="suspended"}"""]);
        Assert.Equal(2, samples["""traceagent_output_errors_total{output="/var/log/a\"b\\c.json"}"""]);
        Assert.Equal(4096, samples["traceagent_ring_used_bytes"]);
        Assert.Equal(3, samples["traceagent_reloads_total"]);
        Assert.Equal(0.0125, samples["""traceagent_rule_cost_seconds_total{rule="add-num"}"""]);
        var parts = new[] { "logged", "filtered", "sampled", "limited", "lost" };
        Assert.Equal(
            samples["""traceagent_rule_calls_total{rule="add-num"}"""],
            parts.Sum(part => samples[$$"""traceagent_rule_{{part}}_total{rule="add-num"}"""]));
        Assert.DoesNotContain("""traceagent_rule_last_event_timestamp_seconds{rule="later"}""", samples.Keys);
    }

    [Fact]
    public void Packets_are_counted_by_what_became_of_them()
    {
        var samples = Exposition.Read(
            Encoding.UTF8.GetString(PrometheusText.Of(StatusSample.Of() with { Packets = [StatusSample.Edge, StatusSample.Guard] })));

        Assert.Equal(1215, samples.Where(one => one.Key.StartsWith("""traceagent_packets_total{rule="edge",""", StringComparison.Ordinal))
            .Sum(one => one.Value));
        Assert.Equal(100, samples["""traceagent_packets_total{rule="edge",verdict="dropped"}"""]);
        Assert.Equal(2, samples["""traceagent_packet_rule_interfaces{rule="edge"}"""]);
        Assert.Equal(1, samples["""traceagent_packet_rules{state="pending"}"""]);
    }

    [Fact]
    public void The_buckets_of_durations_add_up_to_their_count()
    {
        var samples = Exposition.Read(Encoding.UTF8.GetString(PrometheusText.Of(StatusSample.Of(StatusSample.Call))));

        var buckets = samples.Where(one => one.Key.Contains("_bucket", StringComparison.Ordinal)).Select(one => one.Value).ToList();
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(400, samples["""traceagent_rule_duration_seconds_bucket{rule="add-num",le="0.000001024"}"""]);
        Assert.Equal(1000, samples["""traceagent_rule_duration_seconds_bucket{rule="add-num",le="0.000004096"}"""]);
        Assert.Equal(1000, samples["""traceagent_rule_duration_seconds_bucket{rule="add-num",le="+Inf"}"""]);
        Assert.Equal(1000, samples["""traceagent_rule_duration_seconds_count{rule="add-num"}"""]);
        Assert.Equal(0.002, samples["""traceagent_rule_duration_seconds_sum{rule="add-num"}"""]);
    }
}
