using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;
using TraceAgent.Engine.Packets;
using static TraceAgent.Engine.Tests.Packets.GivenPackets;

namespace TraceAgent.Engine.Tests.Packets;

public sealed class DeniedSourcesTests
{
    private readonly DeniedSources _denied = new();

    [Fact]
    public void A_source_is_told_once()
    {
        Assert.Equal(["10.0.0.1"], Take(Source("10.0.0.1", 1, dropped: 1)));
        Assert.Empty(Take(Source("10.0.0.1", 1, dropped: 5)));
    }

    [Fact]
    public void Those_that_came_first_are_told_first() =>
        Assert.Equal(["10.0.0.9", "10.0.0.1"], Take(Source("10.0.0.1", 7, dropped: 1), Source("10.0.0.9", 2, dropped: 1)));

    [Fact]
    public void A_source_that_was_spared_is_told_again_when_it_is_dropped()
    {
        Assert.Equal(["10.0.0.1"], Take(Source("10.0.0.1", 1, spared: 3)));
        Assert.Empty(Take(Source("10.0.0.1", 1, spared: 4)));
        Assert.Equal(["10.0.0.1"], Take(Source("10.0.0.1", 1, dropped: 1, spared: 4)));
    }

    [Fact]
    public void A_source_that_had_made_room_is_new_again()
    {
        Take(Source("10.0.0.1", 1, dropped: 1));

        Assert.Equal(["10.0.0.1"], Take(Source("10.0.0.1", 9, dropped: 1)));
    }

    [Fact]
    public void Without_packets_of_denied_sources_there_is_nothing_to_read()
    {
        Assert.False(_denied.HasNews(0));
        Take(Source("10.0.0.1", 1, dropped: 3));
        Assert.False(_denied.HasNews(3));
        Assert.True(_denied.HasNews(4));
    }

    private static DeniedSource Source(string address, long since, long dropped = 0, long spared = 0) =>
        new(Address(address), since, new Traffic(dropped, dropped * 60), new Traffic(spared, spared * 60));

    private IEnumerable<string> Take(params DeniedSource[] sources) =>
        _denied.Take(sources, sources.Sum(one => one.Dropped.Packets + one.Spared.Packets)).Select(one => one.Source.ToString());
}
