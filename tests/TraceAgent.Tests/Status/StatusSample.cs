using TraceAgent.Engine.Packets;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

internal static class StatusSample
{
    public static DateTime Now { get; } = new(2026, 11, 22, 15, 0, 0, DateTimeKind.Utc);

    public static AgentStatus Of(params RuleStatus[] rules) => new()
    {
        Version = AgentStatus.CurrentVersion,
        Agent = new AgentIdentity("0.1.0", 4711, Now.AddHours(-3), "uprobe_multi"),
        Ring = new RingStatus(8 << 20, 4096),
        Cost = new CostStatus(1.25, 50, ProgramsMeasured: true),
        Outputs = [new OutputStatus("/var/log/a\"b\\c.json", 2, 3)],
        Reloads = 3,
        RejectedFiles = [],
        Rules = rules,
    };

    public static RuleStatus Call { get; } = new()
    {
        Rule = "add-num",
        State = "attached",
        File = "/etc/traceagent/rules.d/a.yaml",
        Line = 3,
        Binary = "/srv/shop/test",
        Sites = 1,
        Calls = 1210,
        Logged = 1000,
        Filtered = 200,
        Sampled = 4,
        Limited = 3,
        Lost = 3,
        Unreturned = 7,
        CostPercent = 1.25,
        CostNs = 12_500_000,
        BudgetPercent = 20,
        LastEvent = Now.AddSeconds(-5),
        Latency = new LatencyStatus(2_000_000, [new LatencyBucket(512, 1024, 400), new LatencyBucket(1024, 2048, 600)]),
    };

    public static PacketRuleStatus Edge { get; } = new()
    {
        Rule = "edge",
        State = "attached",
        File = "/etc/traceagent/rules.d/p.yaml",
        Line = 3,
        Interface = "eth*",
        Interfaces = [new InterfaceStatus("eth0", 2, "native"), new InterfaceStatus("eth1", 3, "generic")],
        Denied = 12_000,
        Allowed = 3,
        Packets = 1215,
        Bytes = 98_000,
        Passed = 1100,
        Dropped = 100,
        NotIp = 10,
        Malformed = 5,
        Evicted = 7,
        Logged = 40,
        Lost = 1,
    };

    public static PacketRuleStatus Guard { get; } = new()
    {
        Rule = "guard",
        State = "pending",
        Reason = "there is no network interface wlan0",
        File = "/etc/traceagent/rules.d/p.yaml",
        Line = 9,
        Interface = "wlan0",
        Interfaces = [],
        DryRun = true,
    };

    public static RuleStatus Pending { get; } = new()
    {
        Rule = "later",
        State = "pending",
        Reason = "/srv/x\e[31m does not exist yet",
        File = "b.yaml",
        Line = 1,
        Binary = "/srv/x",
    };
}
