using TraceAgent.Engine.Packets;
using TraceAgent.Rules;
using TraceAgent.Yaml.Diagnostics;
using static TraceAgent.Engine.Tests.Packets.GivenPackets;

namespace TraceAgent.Engine.Tests.Packets;

public sealed class PrefixSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PrefixSource _source = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_list_and_its_file_are_one()
    {
        _folder.Write("deny.txt", "198.51.100.0/24\n203.0.113.7\n");

        var found = _source.Resolve(Rule($"name: edge, interface: eth0, deny: [203.0.113.7], deny_file: {_folder["deny.txt"]}"));

        Assert.Equal("[203.0.113.7, 198.51.100.0/24]", found.Desired.Lists!.Deny.ToString());
        Assert.Empty(found.Diagnostics);
        Assert.Null(found.Warning);
    }

    [Fact]
    public void A_file_that_breaks_keeps_its_last_good_addresses_and_says_where()
    {
        var rule = Rule($"name: edge, interface: eth0, deny_file: {_folder.Write("deny.txt", "203.0.113.7\n203.0.113.8\n")}");
        _source.Resolve(rule);
        _folder.Replace("deny.txt", "203.0.113.7\n203.0.113.8/24\n");

        var found = _source.Resolve(rule);

        Assert.Equal("[203.0.113.7, 203.0.113.8]", found.Desired.Lists!.Deny.ToString());
        Assert.Equal((2, 1), (Assert.Single(found.Diagnostics).Diagnostic.At.Line, found.Diagnostics[0].Diagnostic.At.Column));
        Assert.Equal(
            $"{_folder["deny.txt"]}:2:1: TA140: '203.0.113.8/24' has bits set after the first 24; its last valid content " +
                $"stays active (2 addresses)", found.Warning);
    }

    [Fact]
    public void A_file_that_was_never_right_denies_nothing_and_what_the_rule_says_is_active()
    {
        var found = _source.Resolve(
            Rule($"name: edge, interface: eth0, deny: [203.0.113.7], deny_file: {_folder.Write("deny.txt", "nonsense\n")}"));

        Assert.Equal("[203.0.113.7]", found.Desired.Lists!.Deny.ToString());
        Assert.NotNull(found.Warning);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_warning_at_the_rule_until_it_appears()
    {
        var rule = Rule($"name: edge, interface: eth0, deny_file: {_folder["deny.txt"]}");

        var missing = _source.Resolve(rule);
        Assert.Equal((Severity.Warning, DiagnosticCode.PrefixFileMissing),
            (Assert.Single(missing.Diagnostics).Diagnostic.Severity, missing.Diagnostics[0].Diagnostic.Code));
        Assert.Empty(missing.Desired.Lists!.Deny);

        _folder.Write("deny.txt", "203.0.113.7\n");
        Assert.Equal("[203.0.113.7]", _source.Resolve(rule).Desired.Lists!.Deny.ToString());

        File.Delete(_folder["deny.txt"]);
        var gone = _source.Resolve(rule);
        Assert.Equal("[203.0.113.7]", gone.Desired.Lists!.Deny.ToString());
        Assert.EndsWith("does not exist; its last valid content stays active (1 address)", gone.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_denied_while_what_is_allowed_is_not_known()
    {
        var rule = Rule($"name: edge, interface: eth0, deny: [203.0.113.7], allow_file: {_folder["allow.txt"]}");
        Assert.Null(_source.Resolve(rule).Desired.Lists);

        _folder.Write("allow.txt", "203.0.113.0/24\n");
        Assert.Equal("[203.0.113.0/24]", _source.Resolve(rule).Desired.Lists!.Allow.ToString());

        _folder.Replace("allow.txt", "nonsense\n");
        Assert.Equal("[203.0.113.0/24]", _source.Resolve(rule).Desired.Lists!.Allow.ToString());
    }

    [Fact]
    public void The_same_lists_are_the_same_object()
    {
        var rule = Rule($"name: edge, interface: eth0, deny_file: {_folder.Write("deny.txt", "203.0.113.7\n")}");

        Assert.Same(_source.Resolve(rule).Desired.Lists, _source.Resolve(rule).Desired.Lists);
    }

    [Fact]
    public void What_is_no_file_is_not_read()
    {
        var found = _source.Resolve(Rule($"name: edge, interface: eth0, deny_file: {_folder.Folder("deny.txt")}"));

        Assert.Equal(DiagnosticCode.Unreadable, Assert.Single(found.Diagnostics).Diagnostic.Code);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0/24")]
    [InlineData("203.0.114.7", "203.0.0.0/16")]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("10.0.0.1", null)]
    [InlineData("2001:db8::1", "2001:db8::/32")]
    [InlineData("2001:db9::1", null)]
    public void The_longest_network_that_holds_a_source_is_found(string source, string? prefix)
    {
        var index = new PrefixIndex([Prefix("203.0.0.0/16"), Prefix("203.0.113.0/24"), Prefix("203.0.113.9"), Prefix("2001:db8::/32")]);

        Assert.Equal(prefix, index.Find(Address(source))?.ToString());
    }
}
