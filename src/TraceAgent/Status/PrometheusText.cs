using System.Globalization;
using System.Text;
using TraceAgent.Engine;

namespace TraceAgent.Status;

/// <summary>Writes the status in Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly Metric[] Metrics =
    [
        new("traceagent_info", "gauge", "The running agent; always 1.", status =>
            [new Sample(1, ("version", status.Agent.Version), ("attach", status.Agent.Attach))]),
        One("traceagent_start_time_seconds", "gauge", "When the agent started, in seconds since 1970.", status =>
            (status.Agent.Started - DateTime.UnixEpoch).TotalSeconds),
        One("traceagent_ring_size_bytes", "gauge", "Size of the ring buffer between kernel and agent.", status => status.Ring.Bytes),
        One("traceagent_ring_used_bytes", "gauge", "Bytes in the ring buffer that wait to be read.", status => status.Ring.UsedBytes),
        One("traceagent_reloads_total", "counter", "How often rule files were found changed.", status => status.Reloads),
        One("traceagent_rejected_files", "gauge", "Rule files with errors: their last valid rules are active.", status =>
            status.RejectedFiles.Count),
        new("traceagent_rules", "gauge", "Rules by state.", status => ByState(state => status.Rules.Count(rule => rule.State == state))),
        new("traceagent_output_errors_total", "counter", "Batches of events that an output did not take.", status =>
            status.Outputs.Select(output => new Sample(output.Errors, ("output", output.Name)))),
        new("traceagent_output_dropped_events_total", "counter", "Events that an output took and then could not deliver.", status =>
            status.Outputs.Select(output => new Sample(output.Dropped, ("output", output.Name)))),

        new("traceagent_rule_state", "gauge", "The state of the rule; always 1.", status =>
            status.Rules.Select(rule => new Sample(1, ("rule", rule.Rule), ("state", rule.State)))),
        Rules("traceagent_rule_sites", "gauge", "Places that the rule is attached to.", rule => rule.Sites),
        Rules(
            "traceagent_rule_calls_total", "counter",
            "Calls that the rule saw: logged, filtered, sampled, limited and lost ones together.", rule => rule.Calls),
        Rules("traceagent_rule_logged_total", "counter", "Calls whose line was written to all outputs.", rule => rule.Logged),
        Rules("traceagent_rule_filtered_total", "counter", "Calls that did not pass the rule's condition.", rule => rule.Filtered),
        Rules("traceagent_rule_sampled_total", "counter", "Calls left out by sampling.", rule => rule.Sampled),
        Rules("traceagent_rule_limited_total", "counter", "Calls over the rule's limit.", rule => rule.Limited),
        Rules(
            "traceagent_rule_lost_total", "counter", "Calls lost because the ring buffer was full or an output failed.", rule => rule.Lost),
        Rules(
            "traceagent_rule_unreturned_total", "counter",
            "Calls that were entered and not seen to return; not among the calls.", rule => rule.Unreturned),
        Rules(
            "traceagent_rule_cost_seconds_total", "counter",
            "CPU time that the rule took from the traced programs.", rule => rule.CostNs / 1e9),
        Rules(
            "traceagent_rule_budget_ratio", "gauge", "Share of one CPU that the rule may take.", rule => rule.BudgetPercent / 100),
        Rules(
            "traceagent_rule_last_event_timestamp_seconds", "gauge",
            "When the rule's last event happened, in seconds since 1970.", rule => (rule.LastEvent - DateTime.UnixEpoch)?.TotalSeconds),
        new("traceagent_rule_duration_seconds", "histogram", "How long the logged calls of the rule took.", status =>
            status.Rules.Where(rule => rule.Latency is not null).SelectMany(rule => Histogram(rule.Rule, rule.Latency!))),

        new("traceagent_packet_rules", "gauge", "Packet rules by state.", status =>
            ByState(state => status.Packets.Count(rule => rule.State == state))),
        new("traceagent_packets_total", "counter", "Packets that the rule saw, by verdict.", status =>
            status.Packets.SelectMany(Verdicts)),
        Packets("traceagent_packet_rule_bytes_total", "counter", "Bytes of all packets that the rule saw.", rule => rule.Bytes),
        Packets(
            "traceagent_packet_rule_interfaces", "gauge", "Network interfaces that the rule is attached to.", rule =>
                rule.Interfaces.Count),
        Packets("traceagent_packet_rule_denied_networks", "gauge", "Networks that the rule denies.", rule => rule.Denied),
        Packets("traceagent_packet_rule_allowed_networks", "gauge", "Networks that the rule allows.", rule => rule.Allowed),
        Packets("traceagent_packet_rule_evicted_total", "counter", "Sources that were evicted for another one.", rule => rule.Evicted),
        Packets("traceagent_packet_rule_logged_total", "counter", "Lines of the rule that all outputs took.", rule => rule.Logged),
        Packets("traceagent_packet_rule_lost_total", "counter", "Lines of the rule that an output did not take.", rule => rule.Lost),
    ];

    public static byte[] Of(AgentStatus status)
    {
        var text = new StringBuilder();
        foreach (var metric in Metrics)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {metric.Name} {metric.Help}\n# TYPE {metric.Name} {metric.Type}\n");
            foreach (var sample in metric.SamplesOf(status))
            {
                Append(text, metric.Name, sample);
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static Metric One(string name, string type, string help, Func<AgentStatus, double> valueOf) =>
        new(name, type, help, status => [new Sample(valueOf(status))]);

    /// <summary>A metric with a sample for each rule that has a value.</summary>
    private static Metric Rules(string name, string type, string help, Func<RuleStatus, double?> valueOf) =>
        new(name, type, help, status => status.Rules
            .Select(rule => (rule.Rule, Value: valueOf(rule))).Where(one => one.Value is not null)
            .Select(one => new Sample(one.Value!.Value, ("rule", one.Rule))));

    private static Metric Packets(string name, string type, string help, Func<PacketRuleStatus, double> valueOf) =>
        new(name, type, help, status => status.Packets.Select(rule => new Sample(valueOf(rule), ("rule", rule.Rule))));

    private static IEnumerable<Sample> ByState(Func<string, int> count) =>
        Enum.GetNames<RuleState>().Select(name => name.ToLowerInvariant()).Select(state => new Sample(count(state), ("state", state)));

    private static IEnumerable<Sample> Verdicts(PacketRuleStatus rule)
    {
        (string Verdict, long Packets)[] verdicts =
        [
            ("passed", rule.Passed), ("dropped", rule.Dropped), ("spared", rule.Spared), ("not_ip", rule.NotIp),
            ("malformed", rule.Malformed),
        ];
        return verdicts.Select(one => new Sample(one.Packets, ("rule", rule.Rule), ("verdict", one.Verdict)));
    }

    /// <summary>The buckets are powers of four from 1 µs to 17 s.</summary>
    private static IEnumerable<Sample> Histogram(string rule, LatencyStatus latency)
    {
        const int minExponent = 10;
        const int maxExponent = 34;
        const int step = 2;
        for (var exponent = minExponent; exponent <= maxExponent; exponent += step)
        {
            var bound = 1ul << exponent;
            var below = latency.Buckets.Where(bucket => bucket.UpToNs <= bound).Sum(bucket => bucket.Calls);
            yield return new Sample(below, ("rule", rule), ("le", Number(bound / 1e9))) { Suffix = "_bucket" };
        }

        var calls = latency.Buckets.Sum(bucket => bucket.Calls);
        yield return new Sample(calls, ("rule", rule), ("le", "+Inf")) { Suffix = "_bucket" };
        yield return new Sample(latency.SumNs / 1e9, ("rule", rule)) { Suffix = "_sum" };
        yield return new Sample(calls, ("rule", rule)) { Suffix = "_count" };
    }

    private static void Append(StringBuilder text, string name, Sample sample)
    {
        text.Append(name).Append(sample.Suffix);
        for (var i = 0; i < sample.Labels.Length; i++)
        {
            var (label, value) = sample.Labels[i];
            text.Append(i == 0 ? '{' : ',').Append(label).Append("=\"").Append(Escape(value)).Append('"');
        }

        text.Append(sample.Labels.Length > 0 ? "} " : " ").Append(Number(sample.Value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    /// <param name="Name">Name without the suffix of a sample.</param>
    /// <param name="Type">A word of the format: gauge, counter, histogram.</param>
    /// <param name="Help">A sentence.</param>
    /// <param name="SamplesOf">Makes the samples of a status.</param>
    private sealed record Metric(string Name, string Type, string Help, Func<AgentStatus, IEnumerable<Sample>> SamplesOf);

    private sealed record Sample(double Value, params (string Name, string Value)[] Labels)
    {
        /// <summary>The suffix of the name of a histogram's sample.</summary>
        public string Suffix { get; init; } = "";
    }
}
