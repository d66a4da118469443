using TraceAgent.Capture.Places;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Where calls of functions end.</summary>
public class ReturnInstructionTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Theory]
    [InlineData("several", new[] { 4UL, 9UL })]
    [InlineData("with_cold_part", new[] { 4UL, 7UL })]
    [InlineData("with_switch", new[] { 8UL, 9UL })]
    public void Every_return_is_found(string symbol, ulong[] distances)
    {
        var site = Resolve(programs.Traps, Symbol(symbol), needsReturn: true).OnlySite();

        Assert.Equal(distances, site.ExitsOf().Select(offset => offset - site.FileOffset));
    }

    [Theory]
    [InlineData("tail_call", new[] { 4UL })]
    [InlineData("only_jumps", new ulong[0])]
    public void The_returns_of_a_function_that_is_jumped_to_are_found(string symbol, ulong[] own)
    {
        var several = Resolve(programs.Traps, Symbol("several"), needsReturn: true).OnlySite();

        var group = Assert.Single(Resolve(programs.Traps, Symbol(symbol), needsReturn: true).Groups);

        var site = Assert.Single(group.Sites);
        Assert.True(group.Abi.LeavesByJumps);
        Assert.Equal(own.Select(distance => site.FileOffset + distance).Concat(several.ExitsOf()).Order(), site.ExitsOf());
        Assert.All(site.Exits.Where(exit => several.ExitsOf().Contains(exit.Offset)), exit => Assert.True(exit.Form.IsElsewhere));
        Assert.Single(site.ExitsOf(ExitKind.Leave));
        Assert.Equal("several", Assert.Single(site.Followed).Name);
    }

    [Fact]
    public void A_jump_by_a_register_is_an_end_without_a_result_and_warned_about()
    {
        var resolution = Resolve(programs.Traps, Symbol("tail_call_by_pointer"), needsReturn: true);

        resolution.HasWarning(
            SiteCodes.LeavesByJump,
            "tail_call_by_pointer in /srv/shop/test also leaves by a jump that cannot be followed at tail_call_by_pointer+0x5; " +
            "calls that leave there end there, without a return value (left_by_jump)",
            null);
        var site = resolution.Sites[0];
        Assert.Equal([site.FileOffset + 4], site.ExitsOf());
        Assert.Equal([site.FileOffset + 5], site.ExitsOf(ExitKind.Jump));
    }

    [Fact]
    public void A_function_that_only_leaves_by_a_jump_to_nobody_knows_where_is_refused() =>
        Resolve(programs.Traps, Symbol("only_jumps_by_pointer"), needsReturn: true).IsRefused(
            SiteCodes.NoReturnInstruction,
            "only_jumps_by_pointer in /srv/shop/test has no return; "
                + "it leaves by a jump that cannot be followed at only_jumps_by_pointer+0x1",
            "use `on: entry`");

    [Fact]
    public void Other_callers_of_a_function_that_is_jumped_to_are_counted_and_warned_about()
    {
        var resolution = Resolve(programs.Traps, Symbol("tail_call"), needsReturn: true);

        resolution.HasWarning(
            SiteCodes.SharedExit,
            "returns are also seen in a function of /srv/shop/test that others call: several, called at 1 place by calls_several; " +
            "each of these calls costs a hit, which counts for the budget of this rule",
            "such a hit usually costs 2 to 10 µs, and `traceagent resolve` measures it on this host; `on: entry` needs none");
        Assert.Equal(1, Assert.Single(resolution.Sites[0].Followed).Callers);
    }

    [Theory]
    [InlineData("restarts", 3UL)]
    [InlineData("restarts_if_odd", 5UL)]
    public void A_branch_back_to_the_entry_is_no_call(string symbol, ulong distance)
    {
        foreach (var needsReturn in (bool[])[false, true])
        {
            var group = Assert.Single(Resolve(programs.Traps, Symbol(symbol), needsReturn).Groups);

            var site = Assert.Single(group.Sites);
            Assert.True(group.Abi.Restarts);
            Assert.Equal([site.FileOffset + distance], site.ExitsOf(ExitKind.Restart));
        }
    }

    [Fact]
    public void A_function_that_never_returns_is_refused() =>
        Resolve(programs.Traps, Symbol("for_ever"), needsReturn: true).IsRefused(
            SiteCodes.NoReturnInstruction, "for_ever in /srv/shop/test has no return", "use `on: entry`");

    [Fact]
    public void Data_between_the_code_is_a_refusal() =>
        Assert.Equal(
            SiteCodes.NoReturnInstruction,
            Assert.Single(Resolve(programs.Traps, Symbol("data_between"), needsReturn: true).Problems).Code);

    [Fact]
    public void What_would_harm_with_the_kernels_way_is_seen_at_ret()
    {
        foreach (var (program, symbol) in ((string, string)[])[
            (programs.Thrower, "thrower"), (programs.Coroutines, "Work"), (programs.Traps, "dlsym")])
        {
            Assert.NotEmpty(Assert.Single(Resolve(program, Symbol(symbol), needsReturn: true).Sites).Exits);
        }
    }

    [Fact]
    public void Only_the_entry_of_a_function_has_returns() =>
        Resolve(programs.Traps, Symbol("several", 2), needsReturn: true).IsRefused(
            SiteCodes.ReturnNotAtEntry,
            "several+0x2 in /srv/shop/test is not the entry of a function, so its return cannot be followed",
            "use `symbol: several`, or `on: entry`");
}
