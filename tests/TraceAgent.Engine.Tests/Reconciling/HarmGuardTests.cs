using TraceAgent.Engine.AutoDetach;
using TraceAgent.Engine.ProcessTracking;

namespace TraceAgent.Engine.Tests.Reconciling;

public class HarmGuardTests
{
    private const int Illegal = 4;
    private const int Segmentation = 11;
    private const ulong Executable = 100;
    private const ulong Library = 200;

    private static readonly ProbingRule Old = new("old", TimeSpan.FromSeconds(100), [Executable]);
    private static readonly ProbingRule Young = new("young", TimeSpan.FromSeconds(200), [Library]);

    private readonly HarmGuard _guard = new();
    private int _nextPid = 1000;

    [Fact]
    public void Three_ends_within_seconds_suspend_the_youngest_rule()
    {
        Crash(201);
        Crash(202);
        Assert.Empty(Verdicts(Old, Young));
        Crash(203);

        var verdict = Assert.Single(Verdicts(Old, Young));
        Assert.Equal(["young"], verdict.Rules);
        Assert.Equal("3 processes of /srv/shop ended within 2.0 s while they were probed, the last by SIGSEGV", verdict.Evidence);
    }

    [Fact]
    public void Rules_that_came_together_are_suspended_together()
    {
        Crashes(201, 201.1, 201.2);

        Assert.Equal(["young", "sibling"], Assert.Single(Verdicts(Old, Young, Young with { Rule = "sibling" })).Rules);
    }

    [Fact]
    public void What_is_laid_to_one_rule_is_not_laid_to_the_next_which_has_to_end_three_more()
    {
        Crashes(201, 201.1, 201.2);
        Assert.Equal(["young"], Assert.Single(Verdicts(Old, Young)).Rules);

        Crashes(202, 202.1);
        Assert.Empty(Verdicts(Old));
        Crashes(202.2);
        Assert.Equal(["old"], Assert.Single(Verdicts(Old)).Rules);
    }

    [Fact]
    public void Rules_on_files_that_the_process_did_not_have_are_left_alone()
    {
        Crashes(201, 201.1, 201.2);

        Assert.Empty(Verdicts(Young with { Files = [300] }));
    }

    [Fact]
    public void Ends_now_and_then_suspend_nothing()
    {
        for (var time = 201.0; time < 300; time += 3)
        {
            Crash(time);
            Assert.Empty(Verdicts(Old, Young));
        }
    }

    [Fact]
    public void Ends_among_as_many_good_ones_suspend_nothing()
    {
        for (var time = 201.0; time < 220; time += 0.5)
        {
            Crash(time);
            _guard.Take(new ProcessEnd(_nextPid++, 0, Time(time + 0.1), "/srv/shop"));
            Assert.Empty(Verdicts(Old, Young));
        }
    }

    [Fact]
    public void A_program_that_ended_so_before_the_rule_came_suspends_nothing()
    {
        Crashes(190, 190.5, 191, 191.5);
        Crashes(201, 201.5, 202, 202.5);

        Assert.Empty(Verdicts(Young));
    }

    [Fact]
    public void A_program_that_ended_well_before_the_rule_came_and_never_since_suspends_it_however_seldom_it_runs()
    {
        foreach (var time in new[] { 110, 130, 150 })
        {
            _guard.Take(new ProcessEnd(_nextPid++, 0, Time(time), "/srv/shop"));
        }

        Crash(220);
        Assert.Empty(Verdicts(Young));
        Crash(260);

        Assert.Equal(
            "2 processes of /srv/shop ended since the rule came, the last by SIGSEGV, "
                + "and none ended well; before, 3 ended well and none so",
            Assert.Single(Verdicts(Young)).Evidence);
    }

    [Fact]
    public void A_process_that_ran_long_and_ends_as_soon_as_the_rule_comes_suspends_it()
    {
        Crash(201, started: 20, Illegal);

        Assert.Equal(
            "/srv/shop ended by SIGILL 1.0 s after the rule came, and had run 180 s without it",
            Assert.Single(Verdicts(Old, Young)).Evidence);
    }

    [Fact]
    public void Each_end_is_reported_at_once_with_its_rules_the_youngest_first()
    {
        Crash(201);

        var report = Assert.Single(_guard.Check(() => [Old, Young]).Reports);
        Assert.Equal(["young", "old"], report.Rules);
        Assert.Equal(("SIGSEGV", "/srv/shop", 0), (report.Signal.Name, report.Signal.Program, report.More));
        Assert.Empty(_guard.Check(() => [Old, Young]).Reports);
    }

    [Fact]
    public void Of_many_ends_five_are_reported_and_the_others_counted()
    {
        for (var time = 0; time < 20; time++)
        {
            Crash(201 + (time / 100.0));
        }

        Assert.Equal(5, _guard.Check(() => [Old]).Reports.Count);
        Crash(220);
        Assert.Equal(15, Assert.Single(_guard.Check(() => [Old]).Reports).More);
    }

    [Fact]
    public void A_signal_that_the_process_survives_is_no_end()
    {
        _guard.Take(Signal(201, 7, isHandled: true));
        _guard.Take(new ProcessEnd(7, 0, Time(202), "/srv/shop"));
        _guard.Take(Signal(203, 8, isHandled: true));
        _guard.Take(new ProcessEnd(8, 6, Time(203.1), "/srv/shop"));

        Assert.Equal(8, Assert.Single(_guard.Check(() => [Old]).Reports).Signal.Pid);
    }

    [Fact]
    public void What_is_known_only_at_the_end_counts_in_either_order()
    {
        foreach (var (pid, endFirst) in new[] { (7, false), (8, true) })
        {
            var signal = Signal(201, pid) with { Files = new HashSet<ulong> { Executable } };
            var known = signal with { IsAtEnd = true, Files = new HashSet<ulong> { Library } };
            _guard.Take(signal);
            if (!endFirst)
            {
                _guard.Take(known);
            }

            _guard.Take(new ProcessEnd(pid, Segmentation, Time(201), "/srv/shop"));
            if (endFirst)
            {
                _guard.Take(known);
            }

            Assert.Equal(["young"], Assert.Single(_guard.Check(() => [Young]).Reports).Rules);
        }
    }

    [Fact]
    public void A_thread_that_no_uprobe_has_stopped_is_nobodys_fault()
    {
        for (var i = 0; i < 5; i++)
        {
            _guard.Take(Signal(201 + i, _nextPid) with { IsProbed = false });
            _guard.Take(new ProcessEnd(_nextPid++, Segmentation, Time(201 + i), "/srv/shop"));
        }

        var (reports, verdicts) = _guard.Check(() => [Old, Young]);
        Assert.Empty(reports);
        Assert.Empty(verdicts);
    }

    [Fact]
    public void Strangers_without_number_take_bounded_memory()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _guard.Take(Signal(201, i) with { Program = $"/tmp/{i}" });
            _guard.Take(new ProcessEnd(i, Segmentation, Time(201), $"/tmp/{i}"));
        }

        Assert.InRange(_guard.Check(() => [Old]).Reports.Count, 0, 4096);
        Crash(210);
        Assert.Single(_guard.Check(() => [Old]).Reports);
    }

    private void Crashes(params double[] times)
    {
        foreach (var time in times)
        {
            Crash(time);
        }
    }

    private void Crash(double time, double? started = null, int signal = Segmentation)
    {
        _guard.Take(Signal(time, _nextPid, signal) with { Started = Time(started ?? time - 0.1) });
        _guard.Take(new ProcessEnd(_nextPid++, signal, Time(time), "/srv/shop"));
    }

    private IReadOnlyList<HarmVerdict> Verdicts(params ProbingRule[] rules) => _guard.Check(() => rules).Verdicts;

    private static FatalSignal Signal(double time, int pid, int number = Segmentation, bool isHandled = false) =>
        new()
        {
            Pid = pid,
            Number = number,
            IsProbed = true,
            IsHandled = isHandled,
            Time = Time(time),
            Started = Time(time - 0.1),
            Program = "/srv/shop",
            Files = new HashSet<ulong> { Executable, Library },
        };

    private static TimeSpan Time(double seconds) => TimeSpan.FromSeconds(seconds);
}
