using TraceAgent.Packets;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

internal static class StatusSample
{
    public static DateTime Now { get; } = new(2026, 11, 22, 15, 0, 0, DateTimeKind.Utc);

    public static AgentStatus Of(params RuleStatus[] rules) => new(
        AgentStatus.CurrentVersion,
        new AgentIdentity("0.1.0", 4711, Now.AddHours(-3), "uprobe_multi"),
        new RingStatus(8 << 20, 4096),
        new CostStatus(1.25, 50, ProgramsMeasured: true),
        [new OutputStatus("/var/log/a\"b\\c.json", 2, 3)],
        3,
        [],
        rules);

    public static RuleStatus Call { get; } = new(
        "add-num", "attached", null, "/etc/traceagent/rules.d/a.yaml:3", "/srv/shop/test", 1,
        1210, 1000, 200, 4, 3, 3, 7, 1.25, 12_500_000, 20, Now.AddSeconds(-5),
        new LatencyStatus(2_000_000, [new LatencyBucket(512, 1024, 400), new LatencyBucket(1024, 2048, 600)]));

    public static PacketRuleStatus Edge { get; } = new(
        "edge", "attached", null,
        "/etc/traceagent/rules.d/p.yaml:3", "eth*", [new InterfaceStatus("eth0", 2, "native"), new InterfaceStatus("eth1", 3, "generic")],
        false, 12_000, 3, 1215, 98_000, 1100, 100, 0, 10, 5, 7, 40, 1);

    public static PacketRuleStatus Guard { get; } = new(
        "guard", "pending",
        "there is no network interface wlan0", "/etc/traceagent/rules.d/p.yaml:9", "wlan0", [], true, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public static RuleStatus Pending { get; } = new(
        "later", "pending", "/srv/x\e[31m does not exist yet", "b.yaml:1", "/srv/x", 0, 0, 0, 0, 0, 0, 0, 0, null, 0, null, null, null);
}
