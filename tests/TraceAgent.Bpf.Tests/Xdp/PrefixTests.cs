using TraceAgent.Bpf.Interop;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>Which sources are denied.</summary>
public sealed class PrefixTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.6 192.0.2.8 2001:db8::7")]
    [InlineData("198.51.100.0/24", "198.51.100.0 198.51.100.255", "198.51.99.255 198.51.101.0")]
    [InlineData("198.51.100.0/22", "198.51.100.0 198.51.103.255", "198.51.99.255 198.51.104.0")]
    [InlineData("198.51.100.128/31", "198.51.100.128 198.51.100.129", "198.51.100.127 198.51.100.130")]
    [InlineData("10.0.0.0/8", "10.0.0.0 10.255.255.255", "9.255.255.255 11.0.0.0")]
    [InlineData("128.0.0.0/1", "128.0.0.0 255.255.255.255", "127.255.255.255 8000::")]
    [InlineData("0.0.0.0/0", "0.0.0.0 255.255.255.255 192.0.2.7", ":: 2001:db8::7")]
    [InlineData("2001:db8::7", "2001:db8::7", "2001:db8::6 2001:db8::8 2001:db8:0:1::7")]
    [InlineData("2001:db8::/32", "2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::")]
    [InlineData("2001:db8:0:8000::/49", "2001:db8:0:8000:: 2001:db8:0:ffff::1", "2001:db8:0:7fff:: 2001:db8:1::")]
    [InlineData("2001:db8:1:2::/64", "2001:db8:1:2:: 2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:1:ffff:: 2001:db8:1:3::")]
    [InlineData("2001:db8::/127", "2001:db8:: 2001:db8::1", "2001:db8::2")]
    [InlineData("2000::/3", "2000:: 3fff:ffff::1", "1fff:: 4000::")]
    [InlineData("::/0", ":: 2001:db8::7 ffff::", "0.0.0.0 192.0.2.7")]
    [InlineData("::/128", "::", "::1")]
    public void A_prefix_denies_its_addresses_and_no_others(string prefix, string denied, string others)
    {
        using var limits = new TrialFilter();
        limits.Filter.Update(TrialFilter.Prefixes(prefix), []);

        // Twice: the second time the verdict is known.
        for (var time = 0; time < 2; time++)
        {
            Assert.All(denied.Split(' '), source => Assert.True(limits.Drops(source)));
            Assert.All(others.Split(' '), source => Assert.False(limits.Drops(source)));
        }

        limits.Filter.Update([], []);
        Assert.All(denied.Split(' '), source => Assert.False(limits.Drops(source)));
    }

    [Fact]
    public void What_is_allowed_wins_whichever_is_longer()
    {
        using var limits = new TrialFilter();
        limits.Filter.Update(
            TrialFilter.Prefixes("10.0.0.0/8", "192.0.2.7", "198.51.100.0/24", "::/0"),
            TrialFilter.Prefixes("10.1.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"));

        Assert.All(["10.0.0.1", "10.2.0.1", "2001:db9::1"], source => Assert.True(limits.Drops(source)));
        Assert.All(["10.1.2.3", "192.0.2.7", "198.51.100.1", "2001:db8::1"], source => Assert.False(limits.Drops(source)));
    }

    [Fact]
    public void A_source_that_is_no_longer_denied_passes_at_once_and_keeps_its_counts()
    {
        using var limits = new TrialFilter();
        var both = TrialFilter.Prefixes("192.0.2.7", "2001:db8::7");
        limits.Filter.Update(both, []);
        Assert.True(limits.Drops("192.0.2.7") && limits.Drops("2001:db8::7"));

        limits.Filter.Update(both, TrialFilter.Prefixes("192.0.2.0/24"));
        Assert.False(limits.Drops("192.0.2.7"));
        Assert.True(limits.Drops("2001:db8::7"));

        limits.Filter.Update(both, []);
        Assert.True(limits.Drops("192.0.2.7"));
        Assert.Equal(2, limits.Filter.Denied().Sources.Single(source => !source.Source.IsIPv6).Dropped.Packets);
    }

    [Fact]
    public void Only_the_difference_is_touched()
    {
        using var limits = new TrialFilter();
        var many = Enumerable.Range(0, 500).Select(i => new IpPrefix(new IpAddress(false, (uint)i << 12), 24)).ToList();

        Assert.Equal((500, 0), Counts(many));
        Assert.Equal((0, 0), Counts(many));
        Assert.Equal((1, 0), Counts([.. many, TrialFilter.Prefix("192.0.2.7")]));
        Assert.Equal((0, 2), Counts(many[1..]));

        (int, int) Counts(IReadOnlyCollection<IpPrefix> deny)
        {
            var change = limits.Filter.Update(deny, []);
            return (change.Added, change.Removed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_random_lists_one_after_another_the_program_says_what_the_model_says(int seed)
    {
        using var limits = new TrialFilter();
        var random = new Random(seed);
        for (var list = 0; list < 12; list++)
        {
            var deny = Enumerable.Range(0, random.Next(60)).Select(_ => RandomPrefix.Of(random)).ToList();
            var allow = Enumerable.Range(0, random.Next(15)).Select(_ => RandomPrefix.Of(random)).ToList();
            limits.Filter.Update(deny, allow);
            for (var i = 0; i < 150; i++)
            {
                var source = RandomPrefix.Near(random, deny, allow);
                Assert.True(
                    PacketModel.IsDenied(source, deny, allow) == limits.Drops(Frame.From(source)),
                    $"seed {seed}, list {list}: {source}; deny {string.Join(' ', deny)}; allow {string.Join(' ', allow)}");
            }
        }
    }

    [Fact]
    public void A_hundred_thousand_prefixes_of_each_family_are_active_together()
    {
        using var limits = new TrialFilter();
        var random = new Random(7);
        var deny = new List<IpPrefix>();
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            deny.Add(new IpPrefix(IpAddress.FromBytes(bytes.AsSpan(0, 4)), i % 4 == 0 ? 24 : 32).Masked);
            deny.Add(new IpPrefix(IpAddress.FromBytes(bytes), i % 4 == 0 ? 48 : 128).Masked);
        }

        limits.Filter.Update(deny, []);
        var kept = deny.Take(100_000).ToHashSet();
        Assert.All(Enumerable.Range(0, 500), i => Assert.True(limits.Drops(Frame.From(deny[i * 397].Address))));

        limits.Filter.Update(kept, []);
        var removed = deny.Skip(100_000).Where(prefix => !PacketModel.IsDenied(prefix.Address, kept, [])).Take(50);
        Assert.All(removed, prefix => Assert.False(limits.Drops(Frame.From(prefix.Address))));
        Assert.All(kept.Take(500), prefix => Assert.True(limits.Drops(Frame.From(prefix.Address))));
    }

    [Fact]
    public unsafe void When_a_change_fails_midway_the_former_list_is_active()
    {
        using var limits = new TrialFilter();
        limits.Filter.Update(TrialFilter.Prefixes("192.0.2.1", "192.0.2.2", "192.0.2.3"), []);
        // Behind its back: it cannot be removed once more.
        var key = stackalloc byte[] { 32, 0, 0, 0, 192, 0, 2, 2 };
        Assert.Equal(0, LibBpf.MapDelete(limits.Filter.PrefixesFd(isIPv6: false), key));

        var failure = Assert.Throws<KernelException>(() => limits.Filter.Update(TrialFilter.Prefixes("192.0.2.4", "2001:db8::/32"), []));

        Assert.Equal("remove prefixes of trial: No such file or directory", failure.Message);
        Assert.All(["192.0.2.1", "192.0.2.3"], source => Assert.True(limits.Drops(source)));
        Assert.All(["192.0.2.4", "2001:db8::1"], source => Assert.False(limits.Drops(source)));
    }

    [Fact]
    public void A_list_that_is_too_long_is_refused_and_the_former_one_stays()
    {
        using var limits = new TrialFilter(TrialFilter.Small with { PrefixCapacity = 100 });
        var fits = Enumerable.Range(0, 100).Select(i => new IpPrefix(new IpAddress(false, (uint)i << 8), 24)).ToList();
        limits.Filter.Update(fits, []);

        var refusal = Assert.Throws<KernelException>(() => limits.Filter.Update([.. fits, TrialFilter.Prefix("192.0.2.7")], []));

        Assert.Equal("load 101 prefixes of trial: No space left on device; it may have 100 of each family", refusal.Message);
        Assert.True(limits.Drops("0.0.7.1"));
        Assert.False(limits.Drops("192.0.2.7"));
        // All of them by others at once: for a moment there are twice as many.
        limits.Filter.Update([.. fits.Select(prefix => new IpPrefix(new IpAddress(true, prefix.Address.Bits), 128))
            .Take(50), .. fits.Select(prefix => prefix with { Length = 25 })], []);
        Assert.True(limits.Drops("0.0.7.1"));
        Assert.False(limits.Drops("0.0.7.129"));
    }
}
