using TraceAgent.Bpf.Code;
using TraceAgent.Bpf.Kernel;

namespace TraceAgent.Bpf.Tests.Kernel;

public sealed unsafe class CounterMapTests : IDisposable
{
    private readonly CounterMap _counters = new();
    private readonly SlotPool _slots = new(ControlLayout.Slots);

    [Fact]
    public void A_slot_has_news_when_it_is_new_and_when_it_has_counted_and_not_otherwise()
    {
        var (quiet, busy) = (Take(), Take());
        Assert.Equal([quiet, busy], News());
        Assert.Empty(News());

        Count(busy, 1);
        Assert.Equal([busy], News());
        Assert.Empty(News());
    }

    [Fact]
    public void A_slot_that_another_probe_takes_has_news_though_it_has_counted_as_much()
    {
        var slot = Take();
        _ = News();

        _counters.Reset(slot);

        Assert.Equal([slot], News());
    }

    [Fact]
    public void News_of_every_slot_are_found_wherever_those_in_use_lie()
    {
        var used = Enumerable.Range(0, ControlLayout.Slots).Select(_ => Take()).ToList();
        foreach (var slot in used.Where(slot => slot % 7 is not (0 or 3) && slot is < 900 or > 3000).ToList())
        {
            _slots.Free(slot);
            used.Remove(slot);
        }

        _ = News();
        uint[] busy = [used.Min(), 700, 2048, 2049, used.Max()];
        foreach (var slot in busy.Intersect(used))
        {
            Count(slot, 5);
        }

        Assert.Equal(busy.Intersect(used).Order(), News());
    }

    public void Dispose() => _counters.Dispose();

    private uint Take()
    {
        var slot = _slots.Take()!.Value;
        _counters.Reset(slot);
        return slot;
    }

    private List<uint> News()
    {
        _counters.FindNews(_slots);
        var used = new uint[ControlLayout.Slots];
        return [.. used.Take(_slots.ListUsed(used)).Where(_counters.HasNews)];
    }

    /// <summary>Counts hits of the last processor.</summary>
    private void Count(uint slot, long hits)
    {
        var values = new long[CounterLayout.Size / sizeof(long) * LibBpf.PossibleCpus()];
        values[^(CounterLayout.Size / sizeof(long))] = hits;
        fixed (long* at = values)
        {
            Assert.Equal(0, LibBpf.MapUpdate(_counters.Fd, &slot, at, 0));
        }
    }
}
