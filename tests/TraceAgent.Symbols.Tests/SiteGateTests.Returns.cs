using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Returns that cannot be followed are refused.</summary>
public partial class SiteGateTests
{
    [Fact]
    public void The_return_of_a_function_that_begins_by_repeating_an_instruction_is_refused()
    {
        Assert.True(Assert.Single(Resolve(programs.Frames, Symbol("fill_bytes"), needsReturn: true).Problems).Refused);
        Assert.Equal(SiteCodes.Repeated, Assert.Single(Resolve(programs.Frames, Symbol("fill_bytes")).Problems).Code);
    }

    [Fact]
    public void The_return_of_a_function_that_asks_for_its_caller_is_refused() =>
        Resolve(programs.Traps, Symbol("dlsym"), needsReturn: true, returnsAtCaller: true).IsRefused(
            SiteCodes.ReturnsOtherwise,
            "the return of dlsym in /srv/shop/test cannot be followed: it looks at its return address to know its caller, and " +
                "would find the kernel's",
            "leave `return_at` out, or use `on: entry`");

    [Fact]
    public void The_return_in_a_program_with_several_stacks_is_refused()
    {
        Resolve(programs.Coroutines, Symbol("Work"), needsReturn: true, returnsAtCaller: true).IsRefused(
            SiteCodes.SwitchesStacks,
            "the return of Work cannot be followed: /srv/shop/test calls swapcontext to run on several stacks in turn, and " +
                "would jump to nowhere",
            "leave `return_at` out, or use `on: entry`");
        Resolve(programs.Coroutines, Symbol("Work")).OnlySite();
    }

    [Fact]
    public void A_return_in_a_program_with_exceptions_is_refused()
    {
        Resolve(programs.Thrower, Symbol("thrower"), needsReturn: true, returnsAtCaller: true).IsRefused(
            SiteCodes.ExceptionsEnd,
            "the return of thrower cannot be followed: /srv/shop/test has C++ or Rust code, and an exception or panic that passed " +
                "through thrower would end the program",
            "leave `return_at` out, or use `on: entry`");
        Resolve(programs.Thrower, Symbol("thrower")).OnlySite();
    }

    [Fact]
    public void A_return_is_followed_only_from_the_entry()
    {
        Resolve(programs.Traps, Symbol("long_move", 1), needsReturn: true).IsRefused(
            SiteCodes.ReturnNotAtEntry,
            "long_move+0x1 in /srv/shop/test is not the entry of a function, so its return cannot be followed",
            "use `symbol: long_move`, or `on: entry`");
        Resolve(programs.Traps, Symbol("endbr_move", 4), needsReturn: true).OnlySite();
    }

    [Theory]
    [InlineData("split.cold", SiteCodes.ReturnNotAtEntry)]
    [InlineData("_start", SiteCodes.ReturnsOtherwise)]
    public void The_return_of_code_that_is_not_called_is_refused(string symbol, string code)
    {
        Resolve(programs.Shop, Symbol(symbol)).OnlySite();
        Assert.Equal(code, Assert.Single(Resolve(programs.Shop, Symbol(symbol), needsReturn: true).Problems).Code);
    }

    [Fact]
    public void The_return_of_a_function_that_returns_twice_is_refused() =>
        Resolve(programs.Traps, Symbol("setjmp"), needsReturn: true, returnsAtCaller: true).IsRefused(
            SiteCodes.ReturnsOtherwise,
            "the return of setjmp in /srv/shop/test cannot be followed: it does not return exactly once to its caller",
            "leave `return_at` out, or use `on: entry`");

    [Fact]
    public void The_return_of_C_code_in_a_Go_program_is_refused_at_its_caller()
    {
        Resolve(programs.Go, Symbol("c_code"), needsReturn: true, returnsAtCaller: true).IsRefused(
            SiteCodes.GoReturn,
            "the return of c_code in /srv/shop/test cannot be followed: it is C code in a Go program, whose stacks move, " +
            "and the kernel's way of catching a return would crash it",
            "leave `return_at` out, or use `on: entry`");
        Assert.Single(Resolve(programs.Go, Symbol("c_code"), needsReturn: true).OnlySite().Exits);
    }
}
