using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Maps;

namespace TraceAgent.Bpf.Tests.Kernel;

public sealed class ControlMapTests : IDisposable
{
    private readonly ControlMap _control = new(fillMark: 4096);

    public void Dispose() => _control.Dispose();

    [Fact]
    public void Hits_of_any_slots_are_taken_once()
    {
        uint[] hit = [0, 7, 8, 700, ControlLayout.Slots - 1];
        Assert.Empty(Taken());

        foreach (var slot in hit)
        {
            _control.NoteHit(slot);
        }

        Assert.Equal(hit, Taken());
        Assert.Empty(Taken());
    }

    [Fact]
    public void A_flag_is_neither_a_state_nor_a_limiter_nor_one_of_the_zeros()
    {
        for (var slot = 0u; slot < ControlLayout.Slots; slot++)
        {
            _control.NoteHit(slot);
        }

        Assert.All(Enumerable.Range(0, ControlLayout.Slots), slot => Assert.Equal(StateWord.Inactive, _control[(uint)slot]));
        Assert.Equal(ControlLayout.Zeros + ControlLayout.ZerosSize, ControlLayout.HitFlag(0));
        Assert.Equal(ControlLayout.Size, ControlLayout.HitFlag(ControlLayout.Slots));
    }

    private List<uint> Taken()
    {
        _control.TakeHits();
        return [.. Enumerable.Range(0, ControlLayout.Slots).Select(slot => (uint)slot).Where(_control.WasHit)];
    }
}
