using TraceAgent.EndToEnd.Network;
using static TraceAgent.EndToEnd.PacketScene;

namespace TraceAgent.EndToEnd;

/// <summary>Packet rules follow their files and the interfaces, and leave nothing behind.</summary>
public sealed class PacketReloadTests : IDisposable
{
    private const string Near = "interface: near0";

    private readonly PacketScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void An_edit_of_the_deny_file_takes_effect_without_detaching()
    {
        _scene.Workspace.Folder("rules");
        _scene.Workspace.Write("rules/deny.txt", "# none\n");
        _scene.Rules($"name: guard, {Near}, deny_file: deny.txt");
        using var agent = _scene.Start();
        var attached = _scene.Attached;
        _scene.Send(Bad, 5);
        Assert.Equal(5, _scene.Arrived()[Bad]);

        _scene.Workspace.Overwrite("rules/deny.txt", $"{Bad}   # noticed tonight\n{Bad6}\n");
        _scene.WaitForStatus("guard", status => status.GetProperty("denied").GetInt32() == 2, agent);
        _scene.Send(Bad, 6);
        _scene.Send(Bad6, 6);
        _scene.Send(Good, 1);
        Assert.Equal(new Dictionary<string, int> { [Good] = 1 }, _scene.Arrived());

        _scene.Workspace.Write("rules/deny.txt", $"{Bad6}\n");
        _scene.WaitForStatus("guard", status => status.GetProperty("denied").GetInt32() == 1, agent);
        _scene.Send(Bad, 7);
        Assert.Equal(7, _scene.Arrived()[Bad]);
        Assert.Equal(attached, _scene.Attached);
        agent.Stop();
        Assert.Equal(12, Totals(agent, "guard").Count("dropped"));
    }

    [Fact]
    public void A_wrong_address_keeps_the_last_good_list_and_is_told_with_its_place()
    {
        _scene.Workspace.Folder("rules");
        _scene.Workspace.Write("rules/deny.txt", $"{Bad}\n");
        _scene.Rules($"name: guard, {Near}, deny_file: deny.txt");
        using var agent = _scene.Start();

        _scene.Workspace.Write("rules/deny.txt", $"{Good}\n{Bad}/24\n");
        agent.WaitForMessage("its last valid content stays active (1 address)");
        Assert.Contains(agent.Messages, message => message.Contains("deny.txt:2:1: error TA140: ", StringComparison.Ordinal));
        Assert.Contains("deny.txt:2:1: TA140", _scene.Status("guard").GetProperty("reason").GetString(), StringComparison.Ordinal);
        AssertDropsOnlyBad();

        _scene.Rules($"name: guard, {Near}, deny: [{Bad}, nonsense]");
        agent.WaitForMessage("packets.yaml:2:");
        AssertDropsOnlyBad();

        _scene.Rules($"name: guard, {Near}, deny: [{Good}]");
        _scene.WaitForStatus("guard", status => status.GetProperty("reason").ValueKind == System.Text.Json.JsonValueKind.Null, agent);
        _scene.Send(Good, 2);
        _scene.Send(Bad, 3);
        Assert.Equal(new Dictionary<string, int> { [Bad] = 3 }, _scene.Arrived());
        agent.Stop();

        void AssertDropsOnlyBad()
        {
            _scene.Send(Good, 2);
            _scene.Send(Bad, 3);
            Assert.Equal(new Dictionary<string, int> { [Good] = 2 }, _scene.Arrived());
        }
    }

    [Fact]
    public void Reloads_under_load_lose_and_miss_no_packet_of_others()
    {
        _scene.Rules($"name: edge, {Near}, count: {{every: 1s}}, deny: [{Bad}]");
        using var agent = _scene.Start();
        var attached = _scene.Attached;
        var sent = 0;
        var denied = 0;
        var arrived = new Dictionary<string, int>();
        using (var stop = new CancellationTokenSource())
        {
            var load = new Thread(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    _scene.Send(Good, 50);
                    _scene.Send(Bad, 5);
                    sent += 50;
                    denied += 5;
                    Thread.Sleep(2);
                }
            });
            load.Start();
            for (var i = 1; i <= 20; i++)
            {
                _scene.Rules($"name: edge, {Near}, count: {{every: 1s}}, deny: [{Bad}, " +
                    $"{string.Join(", ", Enumerable.Range(1, i * 20).Select(n => $"198.51.{n >> 8}.{n & 255}"))}]");
                agent.WaitForMessage("rule changed: edge", i);
                foreach (var (source, packets) in _scene.Arrived())
                {
                    arrived[source] = arrived.GetValueOrDefault(source) + packets;
                }
            }

            stop.Cancel();
            load.Join();
        }

        foreach (var (source, packets) in _scene.Arrived())
        {
            arrived[source] = arrived.GetValueOrDefault(source) + packets;
        }

        Assert.Equal(attached, _scene.Attached);
        agent.Stop();
        Assert.Equal(new Dictionary<string, int> { [Good] = sent }, arrived);
        Assert.Equal((sent, denied), (Sum(agent, "edge", "packets", Good), Sum(agent, "edge", "packets", Bad, "dropped")));
        Assert.Equal(denied, Totals(agent, "edge").Count("dropped"));
    }

    [Fact]
    public void An_interface_that_appears_is_joined_and_one_that_goes_is_left()
    {
        _scene.Rules("name: later, interface: \"late*\", count: {every: 1s}");
        using var agent = _scene.Start();
        agent.WaitForMessage("rule pending: later: no network interface is called late*");

        for (var round = 1; round <= 2; round++)
        {
            _scene.Network.Near.Ip("link add late0 type veth peer name peer0");
            _scene.WaitForStatus("later", status => status.GetProperty("state").GetString() == "attached", agent);
            Assert.Equal("late0", _scene.Status("later").GetProperty("interfaces")[0].GetProperty("name").GetString());
            _scene.Network.Near.Ip("link delete late0");
            _scene.WaitForStatus("later", status => status.GetProperty("state").GetString() == "pending", agent);
        }

        Assert.Equal(2, agent.MessagesWith("rule detached: later from late*: the interface is gone"));
        agent.Stop();
    }

    [Theory]
    [InlineData("xdpdrv")]
    [InlineData("xdpgeneric")]
    public void A_program_of_somebody_else_stays_and_is_told_until_it_is_gone(string mode)
    {
        ForeignProgram.Attach(_scene.Network.Near, mode);
        var foreign = _scene.Attached;
        Assert.NotEmpty(foreign);
        _scene.Rules($"name: guard, {Near}, deny: [{Bad}]");
        using var agent = _scene.Start();
        agent.WaitForMessage("near0 has another XDP program already");
        Assert.Equal("refused", _scene.Status("guard").GetProperty("state").GetString());
        Assert.Equal(foreign, _scene.Attached);

        _scene.Network.Near.Ip($"link set dev near0 {mode} off");
        _scene.WaitForStatus("guard", status => status.GetProperty("state").GetString() == "attached", agent);
        _scene.Send(Bad, 3);
        Assert.Empty(_scene.Arrived());
        Assert.Equal(1, agent.MessagesWith("near0 has another XDP program already"));
        agent.Stop();
    }

    [Fact]
    public void Nothing_stays_on_the_interface_after_kill_9()
    {
        _scene.Rules($"name: guard, {Near}, deny: [{Bad}]");
        using var agent = _scene.Start();
        Assert.NotEmpty(_scene.Attached);

        agent.Kill();

        Eventually.True(() => _scene.Attached.Length == 0, "the program to go", () => _scene.Network.Near.Description);
        _scene.Send(Bad, 3);
        Assert.Equal(3, _scene.Arrived()[Bad]);
    }

    [Fact]
    public void A_rule_that_is_removed_says_its_totals_and_leaves_the_interface()
    {
        _scene.Rules($"name: guard, {Near}, deny: [{Bad}]");
        using var agent = _scene.Start();
        _scene.Send(Bad, 3);

        _scene.Rules();
        _scene.Workspace.Write("rules/packets.yaml", "packets: []\n");
        agent.WaitForMessage("rule detached: guard");
        Assert.Empty(_scene.Attached);
        Eventually.True(() => Sum(agent, "guard", "total", Bad, "dropped") == 3, "the totals", agent.Dump);
        Assert.Equal("removed", _scene.Status("guard").GetProperty("state").GetString());
        agent.Stop();
    }
}
