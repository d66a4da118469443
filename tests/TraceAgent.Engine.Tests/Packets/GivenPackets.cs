using TraceAgent.Capture;
using TraceAgent.Engine.Packets;
using TraceAgent.Engine.Tests.Reconciling;
using TraceAgent.Linux.Host;
using TraceAgent.Rules;

namespace TraceAgent.Engine.Tests.Packets;

/// <summary>Packet rules as their files say them.</summary>
internal static class GivenPackets
{
    public static NetworkInterface Eth0 { get; } = new(2, "eth0");

    public static NetworkInterface Eth1 { get; } = new(3, "eth1");

    public static PacketRule Rule(string text)
    {
        var file = Given.File("rules.yaml", $"packets:\n  - {{{text}}}\n");
        Assert.False(file.HasErrors, string.Join('\n', file.Diagnostics));
        return file.Packets[0];
    }

    public static IpPrefix Prefix(string text)
    {
        Assert.Equal(PrefixError.None, IpPrefix.TryParse(text, out var prefix));
        return prefix;
    }

    public static IpAddress Address(string text)
    {
        Assert.True(IpAddress.TryParse(text, out var address));
        return address;
    }

    public static PrefixLists Lists(PacketRule rule) => new(rule.Deny, rule.Allow);

    public static DesiredFilter Desired(string text) =>
        Rule(text) is var rule ? new DesiredFilter(rule, Lists(rule)) : throw new InvalidOperationException();

    /// <summary>What is held when the rule is attached to these.</summary>
    public static Dictionary<string, HeldFilter> Held(string text, params NetworkInterface[] interfaces)
    {
        var rule = Rule(text);
        return new() { [rule.Name.Value] = new HeldFilter(rule, Lists(rule), interfaces.Select(one => one.Index).ToEquatableArray()) };
    }

    /// <summary>What is held when the step has been carried out.</summary>
    public static void Apply(PacketStep step, Dictionary<string, HeldFilter> held)
    {
        switch (step)
        {
            case PacketStep.Load(var rule, var lists, var interfaces):
                held.Add(rule.Name.Value, new HeldFilter(rule, lists, interfaces.Select(one => one.Index).ToEquatableArray()));
                break;
            case PacketStep.Replace(var rule, var lists, var interfaces):
                Assert.True(held.ContainsKey(rule.Name.Value));
                held[rule.Name.Value] = new HeldFilter(rule, lists, interfaces.Select(one => one.Index).ToEquatableArray());
                break;
            case PacketStep.Extend(var name, var one):
                Assert.DoesNotContain(held, other => other.Value.Interfaces.Contains(one.Index));
                held[name] = held[name] with { Interfaces = [.. held[name].Interfaces, one.Index] };
                break;
            case PacketStep.Leave(var name, var index):
                Assert.Contains(index, held[name].Interfaces);
                held[name] = held[name] with { Interfaces = held[name].Interfaces.Where(one => one != index).ToEquatableArray() };
                break;
            case PacketStep.Update(var rule, var lists):
                held[rule.Name.Value] = held[rule.Name.Value] with { Rule = rule, Lists = lists };
                break;
            case PacketStep.Reshape(var rule):
                held[rule.Name.Value] = held[rule.Name.Value] with { Rule = rule };
                break;
            case PacketStep.Detach(var name):
                Assert.True(held.Remove(name));
                break;
        }
    }
}
