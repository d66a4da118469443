using System.Diagnostics;
using TraceAgent.Engine.Watching;

namespace TraceAgent.Engine.Tests.Watching;

/// <summary>With a clock that stands still until it is told to go on.</summary>
public sealed class DebouncerTests
{
    private readonly Debouncer _debouncer;
    private long _now = 1_000_000;

    public DebouncerTests() => _debouncer = new Debouncer(() => _now);

    [Fact]
    public void Without_a_change_there_is_nothing_to_look_at()
    {
        Pass(60_000);

        Assert.False(_debouncer.IsDue());
        Assert.Equal(50, _debouncer.WaitMs(idle: 50));
    }

    [Fact]
    public void A_rename_is_looked_at_at_once()
    {
        _debouncer.Note(Renamed("a.yaml"));

        Assert.True(_debouncer.IsDue());
        Assert.Equal(0, _debouncer.WaitMs(idle: 50));
    }

    [Fact]
    public void A_closed_file_is_looked_at_when_it_has_been_quiet()
    {
        _debouncer.Note(Closed("a.yaml"));
        Pass(99);
        Assert.False(_debouncer.IsDue());

        Pass(1);

        Assert.True(_debouncer.IsDue());
    }

    [Fact]
    public void Each_change_begins_the_quiet_anew()
    {
        _debouncer.Note(Closed("a.yaml"));
        Pass(90);
        _debouncer.Note(Closed("b.yaml"));
        Pass(90);

        Assert.False(_debouncer.IsDue());
    }

    [Fact]
    public void A_file_that_is_open_for_writing_is_waited_for_longer()
    {
        _debouncer.Note(Written("a.yaml"));
        Pass(999);
        Assert.False(_debouncer.IsDue());

        Pass(1);

        Assert.True(_debouncer.IsDue());
    }

    [Fact]
    public void Closing_the_file_ends_the_longer_wait()
    {
        _debouncer.Note(Written("a.yaml"));
        Pass(500);
        _debouncer.Note(Closed("a.yaml"));
        Pass(100);

        Assert.True(_debouncer.IsDue());
    }

    [Fact]
    public void A_rename_does_not_cut_short_the_wait_for_another_open_file()
    {
        _debouncer.Note(Written("a.yaml"));
        _debouncer.Note(Renamed("b.yaml"));
        Pass(999);

        Assert.False(_debouncer.IsDue());
    }

    [Fact]
    public void A_file_that_is_written_to_without_end_is_looked_at_in_the_end()
    {
        for (var ms = 0; ms < 4_950; ms += 50)
        {
            _debouncer.Note(Written("a.yaml"));
            Pass(50);
            Assert.False(_debouncer.IsDue());
        }

        _debouncer.Note(Written("a.yaml"));
        Pass(50);

        Assert.True(_debouncer.IsDue());
    }

    [Fact]
    public void After_a_look_nothing_is_due_until_the_next_change()
    {
        _debouncer.Note(Written("a.yaml"));
        _debouncer.Note(Renamed("b.yaml"));
        _debouncer.Clear();
        Pass(60_000);
        Assert.False(_debouncer.IsDue());

        _debouncer.Note(Renamed("b.yaml"));

        Assert.True(_debouncer.IsDue());
    }

    private static Change Written(string name) => new(ChangeKind.Rules, name, IsComplete: false, IsOpen: true);

    private static Change Closed(string name) => new(ChangeKind.Rules, name, IsComplete: false);

    private static Change Renamed(string name) => new(ChangeKind.Rules, name, IsComplete: true);

    private void Pass(int ms) => _now += ms * (Stopwatch.Frequency / 1000);
}
