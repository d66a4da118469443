using System.Net;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys of <c>metrics:</c>.</summary>
internal static class MetricsKeys
{
    public static KeyTable<AgentDraft> Table { get; } = new(
        new Key<AgentDraft>(
            "listen",
            "A loopback address and port that serve http://ADDRESS:PORT/metrics, such as 127.0.0.1:9435.",
            JsonSchema.String.Pattern(@"^(127\.[0-9.]+|\[::1\]):[0-9]{1,5}$").Examples("127.0.0.1:9435", "[::1]:9435"),
            (agent, entry, bag) => agent.MetricsListen = Listen(entry, bag)),
        new Key<AgentDraft>(
            "textfile",
            "A file that is written every 15 s for the textfile collector of node-exporter; its name ends in .prom.",
            JsonSchema.String.Pattern(@"\.prom$"),
            (agent, entry, bag) => agent.MetricsTextfile = Textfile(entry, agent, bag)));

    private static IPEndPoint? Listen(YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        if (!IPEndPoint.TryParse(scalar.Value, out var address) || address.Port == 0)
        {
            bag.Error(DiagnosticCode.InvalidValue,
                scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not an address with a port", "such as 127.0.0.1:9435");
            return null;
        }

        if (!IPAddress.IsLoopback(address.Address))
        {
            bag.Error(
                DiagnosticCode.InvalidValue,
                scalar.At,
                $"'{Quoted.Clip(scalar.Value)}' is not a loopback address: metrics are served to anybody who asks, unencrypted",
                "127.0.0.1 or [::1]; a proxy or node-exporter's textfile collector can take them further");
            return null;
        }

        return address;
    }

    private static string? Textfile(YamlEntry entry, AgentDraft agent, DiagnosticBag bag)
    {
        var path = PathValue.Read(entry, agent, bag);
        if (path is not null && !path.EndsWith(".prom", StringComparison.Ordinal))
        {
            bag.Error(
                DiagnosticCode.InvalidValue, entry.Value.At, "the name of a textfile ends in .prom", "node-exporter reads no other files");
        }

        return path;
    }
}
