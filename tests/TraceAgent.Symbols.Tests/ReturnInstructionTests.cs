using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Where <c>return_at: ret</c> sees C functions return.</summary>
public class ReturnInstructionTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Theory]
    [InlineData("several", new[] { 4UL, 9UL })]
    [InlineData("with_cold_part", new[] { 4UL, 7UL })]
    [InlineData("with_switch", new[] { 8UL, 9UL })]
    public void Every_return_is_found(string symbol, ulong[] distances)
    {
        var site = Resolve(programs.Traps, Symbol(symbol), needsReturn: true, returnsAtInstructions: true).OnlySite();

        Assert.Equal(distances, site.Returns.Select(offset => offset - site.FileOffset));
    }

    [Theory]
    [InlineData("tail_call", "tail_call+0x5")]
    [InlineData("tail_call_by_pointer", "tail_call_by_pointer+0x5")]
    public void A_jump_out_of_the_function_is_warned_about(string symbol, string place) =>
        Resolve(programs.Traps, Symbol(symbol), needsReturn: true, returnsAtInstructions: true).HasWarning(
            SiteCodes.LeavesByJump,
            $"{symbol} in /srv/shop/test also leaves by a jump to another function at {place}; returns from there are not seen", null);

    [Fact]
    public void A_function_that_only_leaves_by_jumps_is_refused() =>
        Resolve(programs.Traps, Symbol("only_jumps"), needsReturn: true, returnsAtInstructions: true).IsRefused(
            SiteCodes.NoReturnInstruction,
            "only_jumps in /srv/shop/test has no return; it leaves by a jump to another function at only_jumps+0x1",
            "leave `return_at` out, or use `on: entry`");

    [Fact]
    public void A_function_that_never_returns_is_refused() =>
        Resolve(programs.Traps, Symbol("for_ever"), needsReturn: true, returnsAtInstructions: true).IsRefused(
            SiteCodes.NoReturnInstruction, "for_ever in /srv/shop/test has no return", "use `on: entry`");

    [Fact]
    public void Data_between_the_code_is_a_refusal() =>
        Assert.Equal(
            SiteCodes.NoReturnInstruction,
            Assert.Single(Resolve(programs.Traps, Symbol("data_between"), needsReturn: true, returnsAtInstructions: true).Problems).Code);

    [Fact]
    public void What_would_harm_with_the_kernels_way_is_seen_at_ret()
    {
        foreach (var (program, symbol) in ((string, string)[])[(programs.Thrower, "thrower"), (programs.Coroutines, "Work"), (programs.Traps, "dlsym")])
        {
            Assert.NotEmpty(Assert.Single(Resolve(program, Symbol(symbol), needsReturn: true, returnsAtInstructions: true).Sites).Returns);
        }
    }

    [Fact]
    public void Only_the_entry_of_a_function_has_returns() =>
        Resolve(programs.Traps, Symbol("several", 2), needsReturn: true, returnsAtInstructions: true).IsRefused(
            SiteCodes.ReturnNotAtEntry,
            "several+0x2 in /srv/shop/test is not the entry of a function, so its return cannot be followed", "use `symbol: several`, or `on: entry`");
}
