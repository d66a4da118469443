using System.Globalization;
using System.Text;
using TraceAgent.Engine;

namespace TraceAgent.Status;

/// <summary>Writes the status in Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Bounds of the duration histogram: powers of four from 1 µs to 17 s, as exponents of two in ns.</summary>
    private const int MinBound = 10;
    private const int MaxBound = 34;
    private const int BoundStep = 2;

    public static byte[] Of(AgentStatus status)
    {
        var text = new StringBuilder();
        Head("traceagent_info", "gauge", "The running agent; always 1.");
        Sample("traceagent_info", 1, ("version", status.Agent.Version), ("attach", status.Agent.Attach));
        Single("traceagent_start_time_seconds",
            "gauge", "When the agent started, in seconds since 1970.", (status.Agent.Started - DateTime.UnixEpoch).TotalSeconds);
        Single("traceagent_ring_size_bytes", "gauge", "Size of the ring buffer between kernel and agent.", status.Ring.Bytes);
        Single("traceagent_ring_used_bytes", "gauge", "Bytes in the ring buffer that wait to be read.", status.Ring.UsedBytes);
        Single("traceagent_reloads_total", "counter", "How often rule files were found changed.", status.Reloads);
        Single("traceagent_rejected_files", "gauge", "Rule files whose current text is not active.", status.RejectedFiles.Count);

        Head("traceagent_rules", "gauge", "Rules by state.");
        foreach (var state in Enum.GetNames<RuleState>())
        {
            var name = state.ToLowerInvariant();
            Sample("traceagent_rules", status.Rules.Count(rule => rule.State == name), ("state", name));
        }

        Head("traceagent_output_errors_total", "counter", "Batches of events that an output did not take.");
        foreach (var output in status.Outputs)
        {
            Sample("traceagent_output_errors_total", output.Errors, ("output", output.Name));
        }

        Head("traceagent_output_dropped_events_total", "counter", "Events that an output took and then could not deliver.");
        foreach (var output in status.Outputs)
        {
            Sample("traceagent_output_dropped_events_total", output.Dropped, ("output", output.Name));
        }

        Rules("traceagent_rule_sites", "gauge", "Places that the rule is attached to.", rule => rule.Sites);
        Rules("traceagent_rule_calls_total",
            "counter", "Calls that the rule saw: logged, filtered, sampled, limited and lost ones together.", rule => rule.Calls);
        Rules("traceagent_rule_logged_total", "counter", "Calls whose line was written to all outputs.", rule => rule.Logged);
        Rules("traceagent_rule_filtered_total", "counter", "Calls that did not pass the rule's condition.", rule => rule.Filtered);
        Rules("traceagent_rule_sampled_total", "counter", "Calls left out by sampling.", rule => rule.Sampled);
        Rules("traceagent_rule_limited_total", "counter", "Calls over the rule's limit.", rule => rule.Limited);
        Rules(
            "traceagent_rule_lost_total", "counter", "Calls lost because the ring buffer was full or an output failed.", rule => rule.Lost);
        Rules("traceagent_rule_unreturned_total",
            "counter", "Calls that were entered and not seen to return; not among the calls.", rule => rule.Unreturned);
        Rules("traceagent_rule_cost_seconds_total",
            "counter", "CPU time that the rule took from the traced programs.", rule => rule.CostNs / 1e9);
        Rules("traceagent_rule_last_event_timestamp_seconds", "gauge",
            "When the rule's last event happened, in seconds since 1970.", rule => (rule.LastEvent - DateTime.UnixEpoch)?.TotalSeconds);

        Head("traceagent_rule_duration_seconds", "histogram", "How long the logged calls of the rule took.");
        foreach (var rule in status.Rules)
        {
            if (rule.Latency is { } latency)
            {
                Histogram(rule.Rule, latency);
            }
        }

        Head("traceagent_packet_rules", "gauge", "Packet rules by state.");
        foreach (var state in Enum.GetNames<RuleState>())
        {
            var name = state.ToLowerInvariant();
            Sample("traceagent_packet_rules", status.Packets.Count(rule => rule.State == name), ("state", name));
        }

        Head("traceagent_packets_total", "counter", "Packets that the rule saw, by verdict.");
        foreach (var rule in status.Packets)
        {
            foreach (var (verdict, packets) in ((string, long)[])[("passed", rule.Passed),
                ("dropped", rule.Dropped), ("spared", rule.Spared), ("not_ip", rule.NotIp), ("malformed", rule.Malformed)])
            {
                Sample("traceagent_packets_total", packets, ("rule", rule.Rule), ("verdict", verdict));
            }
        }

        Packets("traceagent_packet_rule_bytes_total", "counter", "Bytes of all packets that the rule saw.", rule => rule.Bytes);
        Packets("traceagent_packet_rule_interfaces", "gauge", "Network interfaces that the rule is attached to.", rule =>
            rule.Interfaces.Count);
        Packets("traceagent_packet_rule_denied_networks", "gauge", "Networks that the rule denies.", rule => rule.Denied);
        Packets("traceagent_packet_rule_allowed_networks", "gauge", "Networks that the rule allows.", rule => rule.Allowed);
        Packets("traceagent_packet_rule_evicted_total",
            "counter", "How often a source was evicted for another one.", rule => rule.Evicted);
        Packets("traceagent_packet_rule_logged_total", "counter", "Lines of the rule that all outputs took.", rule => rule.Logged);
        Packets("traceagent_packet_rule_lost_total", "counter", "Lines of the rule that an output did not take.", rule => rule.Lost);
        return Encoding.UTF8.GetBytes(text.ToString());

        void Packets(string name, string type, string help, Func<PacketRuleStatus, double> value)
        {
            Head(name, type, help);
            foreach (var rule in status.Packets)
            {
                Sample(name, value(rule), ("rule", rule.Rule));
            }
        }

        void Head(string name, string type, string help) =>
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

        void Single(string name, string type, string help, double value)
        {
            Head(name, type, help);
            Sample(name, value);
        }

        void Rules(string name, string type, string help, Func<RuleStatus, double?> value)
        {
            Head(name, type, help);
            foreach (var rule in status.Rules)
            {
                if (value(rule) is { } number)
                {
                    Sample(name, number, ("rule", rule.Rule));
                }
            }
        }

        void Histogram(string rule, LatencyStatus latency)
        {
            for (var exponent = MinBound; exponent <= MaxBound; exponent += BoundStep)
            {
                var bound = 1ul << exponent;
                var below = latency.Buckets.Where(bucket => bucket.UpToNs <= bound).Sum(bucket => bucket.Calls);
                Sample("traceagent_rule_duration_seconds_bucket", below, ("rule", rule), ("le", Number(bound / 1e9)));
            }

            var calls = latency.Buckets.Sum(bucket => bucket.Calls);
            Sample("traceagent_rule_duration_seconds_bucket", calls, ("rule", rule), ("le", "+Inf"));
            Sample("traceagent_rule_duration_seconds_sum", latency.SumNs / 1e9, ("rule", rule));
            Sample("traceagent_rule_duration_seconds_count", calls, ("rule", rule));
        }

        void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
        {
            text.Append(name);
            for (var i = 0; i < labels.Length; i++)
            {
                text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
            }

            text.Append(labels.Length > 0 ? "} " : " ").Append(Number(value)).Append('\n');
        }
    }

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace(
            "\n", "\\n", StringComparison.Ordinal);
}
