using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>What the program makes of frames.</summary>
public sealed class PacketProgramTests
{
    public static TheoryData<string, ushort[]> Shapes => new()
    {
        { "192.0.2.7", [] },
        { "192.0.2.7", [Frame.Vlan] },
        { "192.0.2.7", [Frame.Provider, Frame.Vlan] },
        { "192.0.2.7", [Frame.Vlan, Frame.Vlan] },
        { "2001:db8::7", [] },
        { "2001:db8::7", [Frame.Vlan] },
        { "2001:db8::7", [Frame.Provider, Frame.Vlan] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_packet_is_counted_by_its_source_after_up_to_two_tags(string source, ushort[] tags)
    {
        using var limits = new TrialFilter();
        var frame = Frame.From(source, tags);

        Assert.False(limits.Drops(frame, repeat: 1000));

        var traffic = new Traffic(1000, 1000 * frame.Length);
        Assert.Equal(new PacketTotals { Passed = traffic }, limits.Filter.Totals());
        var counted = Assert.Single(limits.Filter.Sources().Sources);
        Assert.Equal((Frame.Address(source), traffic), (counted.Source, counted.Passed));
        Assert.Empty(limits.Filter.Denied().Sources);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_packet_of_a_denied_source_is_dropped_after_up_to_two_tags(string source, ushort[] tags)
    {
        using var limits = new TrialFilter();
        limits.Filter.Update(TrialFilter.Prefixes(source), []);
        var frame = Frame.From(source, tags);

        Assert.True(limits.Drops(frame, repeat: 1000));

        var traffic = new Traffic(1000, 1000 * frame.Length);
        Assert.Equal(new PacketTotals { Dropped = traffic }, limits.Filter.Totals());
        var denied = Assert.Single(limits.Filter.Denied().Sources);
        Assert.Equal((Frame.Address(source), traffic, default), (denied.Source, denied.Dropped, denied.Spared));
        Assert.Empty(limits.Filter.Sources().Sources);
    }

    [Fact]
    public void A_packet_after_three_tags_passes_as_unknown()
    {
        using var limits = new TrialFilter();
        limits.Filter.Update(TrialFilter.Prefixes("192.0.2.7"), []);
        var frame = Frame.From("192.0.2.7", Frame.Provider, Frame.Vlan, Frame.Vlan);

        Assert.False(limits.Drops(frame));

        Assert.Equal(new PacketTotals { NotIp = new Traffic(1, frame.Length) }, limits.Filter.Totals());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_packet_that_is_cut_off_anywhere_in_its_headers_passes_as_malformed(string source, ushort[] tags)
    {
        using var limits = new TrialFilter();
        limits.Filter.Update(TrialFilter.Prefixes("0.0.0.0/0", "::/0"), []);
        var frame = Frame.From(source, tags);
        var headers = Frame.HeadersOf(source.Contains(':', StringComparison.Ordinal), tags.Length);
        var malformed = default(Traffic);

        for (var length = 14; length < headers; length++)
        {
            Assert.False(limits.Drops(frame.AsSpan(0, length)), $"{length} bytes");
            malformed += new Traffic(1, length);
            Assert.Equal(new PacketTotals { Malformed = malformed }, limits.Filter.Totals());
        }

        Assert.True(limits.Drops(frame.AsSpan(0, headers)));
        Assert.Equal(new PacketTotals { Malformed = malformed, Dropped = new Traffic(1, headers) }, limits.Filter.Totals());
    }

    [Theory]
    [InlineData("192.0.2.7", 0x44)]
    [InlineData("192.0.2.7", 0x65)]
    [InlineData("192.0.2.7", 0x00)]
    [InlineData("192.0.2.7", 0xf5)]
    [InlineData("2001:db8::7", 0x45)]
    [InlineData("2001:db8::7", 0x70)]
    public void A_header_of_another_version_or_too_short_is_malformed(string source, byte first)
    {
        using var limits = new TrialFilter();
        var frame = Frame.From(source);
        frame[14] = first;

        Assert.False(limits.Drops(frame));

        Assert.Equal(new PacketTotals { Malformed = new Traffic(1, frame.Length) }, limits.Filter.Totals());
    }

    [Fact]
    public void Options_and_fragments_keep_the_source()
    {
        using var limits = new TrialFilter();
        var options = Frame.From("192.0.2.7");
        options[14] = 0x4f;
        var fragment = Frame.From("192.0.2.7");
        fragment[20] = 0x20;
        fragment[21] = 0xb9;

        Assert.False(limits.Drops(options) || limits.Drops(fragment));

        Assert.Equal(2, Assert.Single(limits.Filter.Sources().Sources).Passed.Packets);
    }

    [Fact]
    public void Bytes_are_those_of_the_whole_packet_also_in_several_parts()
    {
        using var limits = new TrialFilter();

        Assert.False(limits.Drops(Frame.From(Frame.Address("192.0.2.7"), 30_000, [])));

        Assert.Equal(new Traffic(1, 30_042), limits.Filter.Totals().Passed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Of_random_frames_the_program_says_what_the_model_says(int seed)
    {
        using var limits = new TrialFilter();
        var random = new Random(seed);
        // Half of all addresses, of both families.
        var deny = TrialFilter.Prefixes("0.0.0.0/1", "8000::/1");
        limits.Filter.Update(deny, []);

        for (var i = 0; i < 3000; i++)
        {
            var frame = Garbage(random);
            var before = limits.Filter.Totals();
            var dropped = limits.Drops(frame);
            var after = limits.Filter.Totals();

            var (kind, source) = PacketModel.Read(frame);
            var denied = kind == FrameKind.Ip && PacketModel.IsDenied(source, deny, []);
            var one = new Traffic(1, frame.Length);
            var expected = kind switch
            {
                FrameKind.Malformed => before with { Malformed = before.Malformed + one },
                FrameKind.NotIp => before with { NotIp = before.NotIp + one },
                _ when denied => before with { Dropped = before.Dropped + one },
                _ => before with { Passed = before.Passed + one },
            };
            Assert.True(
                denied == dropped && expected == after, $"{kind} {source} {Convert.ToHexString(frame)}: dropped {dropped}, {after}");
        }
    }

    /// <summary>Mostly frames that are nearly right: those that are all random hardly ever reach a header.</summary>
    private static byte[] Garbage(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        ushort[] types = [Frame.Vlan, Frame.Provider, Frame.Vlan, Frame.IPv4, Frame.IPv6];
        var tags = Enumerable.Range(0, random.Next(4)).Select(_ => types[random.Next(random.Next(3) == 0 ? 5 : 3)]).ToArray();
        var frame = Frame.From(IpAddress.FromBytes(random.Next(2) == 0 ? bytes.AsSpan(0, 4) : bytes), random.Next(40), tags);
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(frame);
                break;
            case 1:
                frame[12 + random.Next(frame.Length - 12)] = (byte)random.Next(256);
                break;
            case 2:
                return frame[..random.Next(14, frame.Length + 1)];
        }

        return frame;
    }
}
