using System.Net;
using static TraceAgent.EndToEnd.PacketScene;

namespace TraceAgent.EndToEnd;

/// <summary>Packet rules count and drop what really arrives.</summary>
public sealed class PacketRuleTests : IDisposable
{
    private const string Near = "interface: near0";

    /// <summary>Every packet is in exactly one of them.</summary>
    private static readonly string[] Kinds = ["passed", "dropped", "spared", "not_ip", "malformed"];

    private readonly PacketScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("native")]
    [InlineData("generic")]
    public void Packets_of_each_source_are_counted_exactly(string mode)
    {
        _scene.Rules($"name: edge, {Near}, mode: {mode}, count: {{every: 1s}}");
        using var agent = _scene.Start();
        Assert.Equal(mode, _scene.Status("edge").GetProperty("interfaces")[0].GetProperty("mode").GetString());

        for (var round = 0; round < 3; round++)
        {
            _scene.Send(Good, 100);
            _scene.Send(Bad, 7);
            _scene.Send(Bad6, 30);
            Thread.Sleep(700);
        }

        agent.Stop();
        foreach (var (source, packets, frame) in new[] { (Good, 300, 142), (Bad, 21, 142), (Bad6, 90, 162) })
        {
            // 100 bytes, UDP, IP, Ethernet.
            Assert.Equal(
                (packets, packets * frame), (Sum(agent, "edge", "packets", source), Sum(agent, "edge", "packets", source, "bytes")));
            Assert.Equal(packets, Sum(agent, "edge", "total", source));
        }

        Assert.Equal(Totals(agent, "edge").Count("passed"), Lines(agent, "edge", "packets").Sum(line => line.Count("packets")));
        AssertBalance(agent, "edge");
    }

    [Fact]
    public void Denied_packets_are_gone_and_others_are_untouched()
    {
        _scene.Rules($"name: guard, {Near}, deny: [{Bad}, \"{Bad6}/128\"], format: \"{{source}} by {{prefix}}\"");
        using var agent = _scene.Start();

        _scene.Send(Bad, 50);
        _scene.Send(Good, 40);
        _scene.Send(Bad6, 30);

        Assert.Equal(new Dictionary<string, int> { [Good] = 40 }, _scene.Arrived());
        Eventually.True(() => Lines(agent, "guard", "dropped").Count() == 2, "both sources", agent.Dump);
        Assert.Equal([$"{Bad} by {Bad}", $"{Bad6} by {Bad6}"], Lines(agent, "guard", "dropped").Select(line => line.Message).Order());
        _scene.Send(Bad, 5);
        agent.Stop();
        Assert.Equal((55, 30), (Sum(agent, "guard", "total", Bad, "dropped"), Sum(agent, "guard", "total", Bad6, "dropped")));
        Assert.Equal((85, 0), (Totals(agent, "guard").Count("dropped"), Totals(agent, "guard").Count("spared")));
        Assert.Equal(2, Lines(agent, "guard", "dropped").Count());
        AssertBalance(agent, "guard");
    }

    [Fact]
    public void A_dry_run_drops_nothing_and_says_what_it_would()
    {
        _scene.Rules($"name: guard, {Near}, deny: [10.77.0.64/26], dry_run: true");
        using var agent = _scene.Start();
        _scene.Send(Bad, 20);

        Assert.Equal(20, _scene.Arrived()[Bad]);
        Eventually.True(() => Lines(agent, "guard", "dropped").Any(), "the source", agent.Dump);
        var line = Lines(agent, "guard", "dropped").Single();
        Assert.True(line.Json.GetProperty("dry_run").GetBoolean());
        Assert.StartsWith($"{Bad} on near0 would be dropped by 10.77.0.64/26", line.Message, StringComparison.Ordinal);

        // Then in earnest, without being detached, and the source is line again.
        var attached = _scene.Attached;
        _scene.Rules($"name: guard, {Near}, deny: [10.77.0.64/26]");
        _scene.WaitForStatus("guard", status => !status.GetProperty("dry_run").GetBoolean(), agent);
        Assert.Equal(attached, _scene.Attached);
        _scene.Send(Bad, 10);
        Assert.DoesNotContain(Bad, _scene.Arrived().Keys);
        Eventually.True(() => Lines(agent, "guard", "dropped").Count() == 2, "the source again", agent.Dump);
        agent.Stop();
        Assert.Equal((10, 20), (Totals(agent, "guard").Count("dropped"), Totals(agent, "guard").Count("spared")));
        AssertBalance(agent, "guard");
    }

    [Fact]
    public void What_is_allowed_passes_whatever_is_denied()
    {
        _scene.Rules($"name: guard, {Near}, deny: [\"0.0.0.0/0\"], unsafe: true, allow: [{Good}]");
        using var agent = _scene.Start();
        _scene.Send(Good, 10);
        _scene.Send(Bad, 10);
        _scene.Send(Bad6, 10);

        Assert.Equal(new Dictionary<string, int> { [Good] = 10, [Bad6] = 10 }, _scene.Arrived());
        agent.Stop();
    }

    [Fact]
    public void What_is_allowed_by_a_file_passes_and_follows_the_file()
    {
        _scene.Workspace.Folder("rules");
        _scene.Workspace.Write("rules/allow.txt", $"{Good}\n");
        _scene.Rules($"name: guard, {Near}, deny: [\"0.0.0.0/0\"], unsafe: true, allow_file: allow.txt");
        using var agent = _scene.Start();
        _scene.Send(Good, 10);
        _scene.Send(Bad, 10);
        Assert.Equal(new Dictionary<string, int> { [Good] = 10 }, _scene.Arrived());

        _scene.Workspace.Write("rules/allow.txt", $"{Good}\n{Bad}\n");
        agent.WaitForMessage("1 network added, 0 removed");
        _scene.Send(Bad, 7);
        Assert.Equal(new Dictionary<string, int> { [Bad] = 7 }, _scene.Arrived());
        agent.Stop();
        Assert.Equal(10, Totals(agent, "guard").Count("dropped"));
    }

    [Fact]
    public void Sources_beyond_the_top_are_told_together()
    {
        _scene.Rules($"name: edge, {Near}, count: {{top: 1, every: 1s}}");
        using var agent = _scene.Start();
        _scene.Send(Good, 50);
        _scene.Send(Bad, 20);
        _scene.Send(Bad6, 5);

        agent.Stop();
        var passed = Totals(agent, "edge").Count("passed");
        Assert.Equal(passed, Lines(agent, "edge", "packets").Sum(line => line.Count("packets")));
        var totals = Lines(agent, "edge", "total").ToList();
        Assert.Equal((50, passed - 50), (Sum(agent, "edge", "total", Good), Sum(agent, "edge", "total", null)));
        Assert.EndsWith("others on near0", totals[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tagged_packets_are_counted_and_dropped_like_others()
    {
        _scene.Rules($"name: edge, {Near}, count: {{every: 1s}}, deny: [10.78.0.0/24]");
        using var agent = _scene.Start();
        using var frames = _scene.Network.Far.Frames();
        for (var i = 0; i < 25; i++)
        {
            frames.Send(Frame("10.78.0.2", tags: 1));
            frames.Send(Frame("10.79.0.2", tags: 2));
        }

        Eventually.True(() => Sum(agent, "edge", "packets", "10.78.0.2", "dropped") == 25, "25 packets", agent.Dump);
        Eventually.True(() => Sum(agent, "edge", "packets", "10.79.0.2") == 25, "25 packets", agent.Dump);
        agent.Stop();
        Assert.Equal(25, Totals(agent, "edge").Count("dropped"));
        AssertBalance(agent, "edge");
    }

    [Fact]
    public void More_sources_than_are_remembered_lose_no_packet_from_the_sums()
    {
        const int sources = 20_000;
        _scene.Rules($"name: edge, {Near}, max_sources: 1024, count: {{top: 10, every: 1s}}");
        using var agent = _scene.Start();
        using var frames = _scene.Network.Far.Frames();
        for (var i = 0; i < sources; i++)
        {
            frames.Send(Frame($"10.80.{i >> 8}.{i & 255}", tags: 0));
        }

        agent.WaitForMessage(" evicted, whose counters");
        agent.Stop();
        var totals = Totals(agent, "edge");
        Assert.InRange(totals.Count("passed"), sources, sources + 100);
        Assert.InRange(totals.Count("evicted"), sources - 2048, sources);
        Assert.Equal(totals.Count("passed"), Lines(agent, "edge", "packets").Sum(line => line.Count("packets")));
        Assert.Equal(totals.Count("passed"), Lines(agent, "edge", "total").Sum(line => line.Count("packets")));
        AssertBalance(agent, "edge");
    }

    [Fact]
    public void Without_the_capability_the_rule_is_refused_and_the_agent_names_it()
    {
        _scene.Rules($"name: guard, {Near}, deny: [{Bad}]");
        using var agent = AgentProcess.Start(new AgentStart(AttachMethod.Multi, _scene.Workspace["rules"])
        {
            Launcher =
                _scene.Network.Near.CommandInside("setpriv", "--inh-caps=-net_admin,-sys_admin", "--bounding-set=-net_admin,-sys_admin"),
            Socket = _scene.SocketPath,
        });

        agent.WaitForMessage("CAP_NET_ADMIN");
        Assert.Empty(_scene.Attached);
        Assert.Equal("refused", _scene.Status("guard").GetProperty("state").GetString());
        agent.Stop();
    }

    [Fact]
    public void A_list_of_a_hundred_thousand_networks_is_active_and_an_edit_of_it_too()
    {
        _scene.Workspace.Folder("rules");
        var lines = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"11.{i >> 16}.{(i >> 8) & 255}.{i & 255}\n"));
        _scene.Workspace.Write("rules/deny.txt", lines);
        _scene.Rules($"name: guard, {Near}, deny_file: deny.txt");
        using var agent = _scene.Start();
        Assert.Equal(100_000, _scene.Status("guard").GetProperty("denied").GetInt32());

        _scene.Workspace.Write("rules/deny.txt", lines + $"{Bad}\n");
        _scene.WaitForStatus("guard", status => status.GetProperty("denied").GetInt32() == 100_001, agent);
        Assert.Equal(1, agent.MessagesWith("1 network added, 0 removed"));
        _scene.Send(Bad, 9);
        _scene.Send(Good, 9);
        Assert.Equal(new Dictionary<string, int> { [Good] = 9 }, _scene.Arrived());
        agent.Stop();
        Assert.Equal(9, Totals(agent, "guard").Count("dropped"));
    }

    [Fact]
    public void Of_two_rules_for_an_interface_the_second_is_told_and_waits_for_it()
    {
        _scene.Rules($"name: one, {Near}, count: {{}}", $"name: two, {Near}, count: {{}}");
        using var agent = _scene.Start();
        agent.WaitForMessage("rule rejected: two: ");
        Assert.Contains(
            "near0 has the packet rule 'one' already", _scene.Status("two").GetProperty("reason").GetString(), StringComparison.Ordinal);

        _scene.Rules($"name: two, {Near}, count: {{}}");
        _scene.WaitForStatus("two", status => status.GetProperty("state").GetString() == "attached", agent);
        agent.Stop();
    }

    [Fact]
    public void A_rule_ends_with_its_time()
    {
        _scene.Rules($"name: brief, {Near}, deny: [{Bad}], ttl: 2s");
        using var agent = _scene.Start();
        _scene.Send(Bad, 3);
        Assert.Empty(_scene.Arrived());

        agent.WaitForMessage("rule expired: brief");
        Assert.Empty(_scene.Attached);
        _scene.Send(Bad, 4);
        Assert.Equal(4, _scene.Arrived()[Bad]);
        Assert.Equal("expired", _scene.Status("brief").GetProperty("state").GetString());
        agent.Stop();
        Assert.Equal(3, Totals(agent, "brief").Count("dropped"));
    }

    [Fact]
    public void Status_and_lines_agree()
    {
        _scene.Rules($"name: edge, {Near}, count: {{every: 1s}}, deny: [{Bad}]");
        using var agent = _scene.Start();
        _scene.Send(Good, 33);
        _scene.Send(Bad, 11);
        _scene.WaitForStatus(
            "edge", status => status.GetProperty("dropped").GetInt64() == 11 && status.GetProperty("logged").GetInt64() > 0, agent);

        var status = _scene.Status("edge");
        Assert.Equal(
            status.GetProperty("packets").GetInt64(),
            Kinds.Sum(key => status.GetProperty(key).GetInt64()));
        Assert.Equal(("attached", 1), (status.GetProperty("state").GetString(), status.GetProperty("denied").GetInt32()));
        Assert.Matches(
            @"(?m)^edge +attached +near0 \(native\) ", Command.OutputOf(Repository.Agent, "status", "--socket", _scene.SocketPath));
        Assert.Contains("11 dropped", Command.OutputOf(
            Repository.Agent, "status", "--socket", _scene.SocketPath, "--rule", "edge"), StringComparison.Ordinal);
        agent.Stop();
    }

    /// <summary>An empty IPv4 packet, inside of as many VLAN tags.</summary>
    private byte[] Frame(string source, int tags)
    {
        var frame = new List<byte>();
        foreach (var address in new[] { _scene.Network.Near.Mac, _scene.Network.Far.Mac })
        {
            frame.AddRange(Convert.FromHexString(address.Replace(":", "", StringComparison.Ordinal)));
        }

        for (var tag = tags; tag > 0; tag--)
        {
            frame.AddRange(tag > 1 ? [0x88, 0xa8, 0, 9] : [0x81, 0x00, 0, 7]);
        }

        frame.AddRange([0x08, 0x00, 0x45, 0, 0, 20, 0, 0, 0, 0, 64, 59, 0, 0, .. IPAddress.Parse(source)
            .GetAddressBytes(), .. _scene.Network.Near.IPv4.GetAddressBytes()]);
        return [.. frame];
    }

    private static void AssertBalance(AgentProcess agent, string rule)
    {
        var totals = Totals(agent, rule);
        Assert.Equal(totals.Count("packets"), Kinds.Sum(totals.Count));
    }
}
