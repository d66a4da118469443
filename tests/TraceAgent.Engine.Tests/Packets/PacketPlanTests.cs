using CsCheck;
using TraceAgent.Capture;
using TraceAgent.Engine.Packets;
using TraceAgent.Linux.Host;
using static TraceAgent.Engine.Tests.Packets.GivenPackets;

namespace TraceAgent.Engine.Tests.Packets;

public sealed class PacketPlanTests
{
    private const string Edge = "name: edge, interface: eth0, count: {}, deny: [203.0.113.7]";

    private static readonly Gen<DesiredFilter> AnyDesired =
        Gen.Select(
            Gen.OneOf("edge", "guard", "lan"),
            Gen.OneOf("eth0", "eth*", "wlan0"),
            Gen.OneOf("", "count: {}, ", "count: {top: 3}, ", "mode: generic, ", "max_sources: 2048, "),
            Gen.OneOf("", ", dry_run: true", ", level: error"),
            Gen.OneOf("[]", "[203.0.113.7]", "[198.51.100.0/24]"),
            Gen.Bool).Select((name, link, more, last, deny, known) =>
            {
                var desired = Desired($"name: {name}, interface: \"{link}\", {more}deny: {deny}{last}");
                return known ? desired : desired with { Lists = null };
            });

    private static readonly Gen<NetworkInterface[]> AnyPresent =
        Gen.OneOf("eth0", "eth1", "wlan0").Array[0, 3].Select(Gen.Int[0, 1], (names, generation) =>
            names.Distinct().Select(name => new NetworkInterface((name[^1] * 2) + name.Length + generation, name)).ToArray());

    [Fact]
    public void A_new_rule_is_attached_to_every_interface_that_it_means()
    {
        var desired = Desired("name: edge, interface: \"eth*\", count: {}");

        Assert.Equal([new PacketStep.Load(desired.Rule, desired.Lists!, [Eth0, Eth1])], Steps([], [Eth0, new(4, "lo"), Eth1], desired));
    }

    [Fact]
    public void A_new_rule_whose_interface_is_missing_waits() => Assert.Empty(Steps([], [Eth1], Desired(Edge)));

    [Fact]
    public void A_rule_whose_allowed_networks_are_unknown_waits() => Assert.Empty(Steps([], [Eth0], Desired(Edge) with { Lists = null }));

    [Fact]
    public void The_same_again_gives_nothing_to_do() => Assert.Empty(Steps(Held(Edge, Eth0), [Eth0], Desired(Edge)));

    [Fact]
    public void A_rule_that_is_gone_is_detached() => Assert.Equal([new PacketStep.Detach("edge")], Steps(Held(Edge, Eth0), [Eth0]));

    [Theory]
    [InlineData("deny: [203.0.113.7, 203.0.113.8]")]
    [InlineData("deny: []")]
    [InlineData("deny: [203.0.113.7], allow: [203.0.113.0/24]")]
    [InlineData("deny: [203.0.113.7], dry_run: true")]
    public void Editing_a_list_updates_it_and_never_detaches(string edit)
    {
        var edited = Desired($"name: edge, interface: eth0, count: {{}}, {edit}");

        Assert.Equal([new PacketStep.Update(edited.Rule, edited.Lists!)], Steps(Held(Edge, Eth0), [Eth0], edited));
    }

    [Theory]
    [InlineData("format: 'hello {source}'")]
    [InlineData("level: warning")]
    [InlineData("labels: {team: net}")]
    [InlineData("ttl: 1h")]
    public void Editing_only_the_lines_reshapes_and_never_detaches(string edit)
    {
        var edited = Desired($"{Edge}, {edit}");

        Assert.Equal([new PacketStep.Reshape(edited.Rule)], Steps(Held(Edge, Eth0), [Eth0], edited));
    }

    [Fact]
    public void Another_interval_reshapes() =>
        Assert.IsType<PacketStep.Reshape>(Assert.Single(Steps(
            Held(Edge, Eth0), [Eth0], Desired("name: edge, interface: eth0, count: {top: 5, every: 1m}, deny: [203.0.113.7]"))));

    [Theory]
    [InlineData("name: edge, interface: eth0, count: {}, deny: [203.0.113.7], mode: generic")]
    [InlineData("name: edge, interface: eth0, count: {}, deny: [203.0.113.7], max_sources: 2048")]
    [InlineData("name: edge, interface: eth0, deny: [203.0.113.7]")]
    public void Other_tables_take_another_filter(string edited) =>
        Assert.IsType<PacketStep.Replace>(Assert.Single(Steps(Held(Edge, Eth0), [Eth0], Desired(edited))));

    [Fact]
    public void An_interface_that_appears_is_joined_and_one_that_goes_is_left()
    {
        const string both = "name: edge, interface: \"eth*\", count: {}";

        Assert.Equal(
            [new PacketStep.Leave("edge", 2), new PacketStep.Extend("edge", Eth1)], Steps(Held(both, Eth0), [Eth1], Desired(both)));
    }

    [Fact]
    public void An_interface_that_was_made_anew_under_its_name_is_another_one() =>
        Assert.Equal(
            [new PacketStep.Leave("edge", 2), new PacketStep.Extend("edge", new NetworkInterface(9, "eth0"))],
            Steps(Held(Edge, Eth0), [new(9, "eth0")], Desired(Edge)));

    [Fact]
    public void Lists_that_cannot_be_read_any_more_stay_active() =>
        Assert.Empty(Steps(Held(Edge, Eth0), [Eth0], Desired(Edge) with { Lists = null }));

    [Fact]
    public void Of_two_rules_for_one_interface_the_first_has_it()
    {
        var first = Desired("name: all, interface: \"*\", count: {}");

        Assert.Equal([new PacketStep.Load(first.Rule, first.Lists!, [Eth0])], Steps([], [Eth0], first, Desired(Edge)));
    }

    [Fact]
    public void The_rule_that_has_an_interface_keeps_it() =>
        Assert.Empty(Steps(Held(Edge, Eth0), [Eth0], Desired("name: all, interface: \"*\", count: {}"), Desired(Edge)));

    [Fact]
    public void Who_lacks_an_interface_is_told_who_has_it()
    {
        var all = Desired("name: all, interface: \"*\", count: {}");
        var claims = new InterfaceClaims(Held(Edge, Eth0), [all, Desired(Edge)], [Eth0]);

        Assert.Equal(["eth0 has the packet rule 'edge' already: an interface takes one"], claims.WhyTaken(all.Rule));
        Assert.Empty(claims.WhyTaken(Rule(Edge)));
    }

    [Fact]
    public void What_leaves_an_interface_does_so_before_what_comes()
    {
        var steps = Steps(Held(Edge, Eth0), [Eth0, Eth1], Desired(
            "name: all, interface: eth0, count: {}"), Desired("name: edge, interface: eth1, count: {}, deny: [203.0.113.7]"));

        Assert.Equal(
            [typeof(PacketStep.Leave), typeof(PacketStep.Load), typeof(PacketStep.Reshape), typeof(PacketStep.Extend)],
            steps.Select(step => step.GetType()));
    }

    [Fact]
    public void After_any_plan_is_carried_out_there_is_nothing_left_to_do() =>
        Gen.Select(AnyDesired.Array[0, 3], AnyPresent, AnyDesired.Array[0, 3], AnyPresent).Sample(
            (before, presentBefore, after, presentAfter) =>
        {
            var held = new Dictionary<string, HeldFilter>();
            foreach (var (desired, present) in new[] { (before, presentBefore), (after, presentAfter) })
            {
                DesiredFilter[] each = [.. desired.DistinctBy(one => one.Rule.Name.Value)];
                foreach (var step in PacketPlan.Between(held, each, present))
                {
                    Apply(step, held);
                }

                Assert.Empty(PacketPlan.Between(held, each, present));
            }
        });

    private static EquatableArray<PacketStep> Steps(
        Dictionary<string, HeldFilter> held, NetworkInterface[] present, params DesiredFilter[] desired) =>
        PacketPlan.Between(held, desired, present);
}
