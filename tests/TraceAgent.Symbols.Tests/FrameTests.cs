using System.Globalization;
using TraceAgent.Capture.Places;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>What unwind entries tell of entries and exits.</summary>
public class FrameTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Theory]
    [InlineData("/bin/bash")]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6")]
    [InlineData("/lib64/ld-linux-x86-64.so.2")]
    public void Every_row_is_as_readelf_tells_it(string file)
    {
        using var image = Open(file);
        var rows = 0;
        var isSignal = false;
        foreach (var line in Run("sh", "-c", $"readelf --wide --debug-dump=frames-interp {file} 2>/dev/null; true").Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (line.Contains(" CIE ", StringComparison.Ordinal))
            {
                isSignal = line.Contains('S', StringComparison.Ordinal);
            }
            else if (words is [{ Length: 16 } location, var frame, ..] && frame is not ("0000000000000014" or "CFA") && !isSignal
                && ulong.Parse(location, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var address)
            {
                var row = image.Unwind.RowAt(address);
                var said = row is { CfaRegister: 7 or 6 } known ? $"{(known.CfaRegister == 7 ? "rsp" : "rbp")}+{known.CfaOffset}" : "other";
                Assert.Equal((location, frame is ['r', 's' or 'b', 'p', ..] ? frame : "other"), (location, said));
                rows++;
            }
        }

        Assert.True(rows > 1000, $"{rows} rows");
    }

    [Theory]
    [InlineData("jumped_to")]
    [InlineData("second_part")]
    public void The_return_of_code_with_another_frame_at_its_start_is_refused_either_way(string symbol)
    {
        foreach (var atCaller in (bool[])[false, true])
        {
            var problem = Assert.Single(
                Resolve(programs.Frames, Symbol(symbol), needsReturn: true, allowsUnsafe: true, returnsAtCaller: atCaller).Problems);
            Assert.Equal((SiteCodes.ReturnNotAtEntry, true), (problem.Code, problem.Refused));
            Assert.StartsWith($"{symbol} in /srv/shop/test is jumped to and not called, as its unwind entry says",
                problem.Message, StringComparison.Ordinal);
            Assert.Equal("use `on: entry`", problem.Hint);
        }
    }

    [Fact]
    public void The_return_address_is_only_changed_where_an_unwind_entry_says_where_it_is()
    {
        Resolve(programs.Frames, Symbol("without_entry"), needsReturn: true, allowsUnsafe: true, returnsAtCaller: true).IsRefused(
            SiteCodes.ReturnsOtherwise,
            "the return of without_entry in /srv/shop/test cannot be followed: "
                + "no unwind entry (.eh_frame) says that its return address is on top of the stack when it begins",
            "leave `return_at` out, or use `on: entry`");
        Assert.Single(Resolve(programs.Frames, Symbol("without_entry"), needsReturn: true).OnlySite().Exits);

        var called = Resolve(programs.Frames, Symbol("called"), needsReturn: true, allowsUnsafe: true, returnsAtCaller: true);

        Assert.Empty(Assert.Single(called.Sites).Exits);
        Assert.Equal((SiteCodes.CallerReturn, false), (called.Problems[0].Code, called.Problems[0].Refused));
    }

    [Fact]
    public void The_loaders_own_entry_points_are_not_followed()
    {
        const string loader = "/lib64/ld-linux-x86-64.so.2";
        foreach (var atCaller in (bool[])[false, true])
        {
            Assert.DoesNotContain(
                Resolve(loader, Symbol("*_dl_runtime_resolve*"), needsReturn: true, allowsUnsafe: true, returnsAtCaller: atCaller).Sites,
                _ => true);
        }
    }

    [Theory]
    [InlineData("in_two_parts", 0)]
    [InlineData("by_table", 0)]
    [InlineData("with_frame", 0)]
    [InlineData("by_table_of_functions", 1)]
    [InlineData("by_register", 1)]
    public void A_jump_leaves_only_where_no_frame_is_on_the_stack_and_its_target_is_elsewhere(string symbol, int jumps)
    {
        var site = Assert.Single(Resolve(programs.Frames, Symbol(symbol), needsReturn: true).Sites);

        Assert.Equal(jumps, site.ExitsOf(ExitKind.Jump).Count());
        Assert.NotEmpty(site.ExitsOf());
    }

    [Fact]
    public void The_functions_own_returns_need_no_jump_to_be_seen_before_them()
    {
        var site = Assert.Single(Resolve(programs.Frames, Symbol("in_parts_that_lead_back"), needsReturn: true).Sites);

        var own = site.FileOffset + 8;
        Assert.False(Assert.Single(site.Exits, exit => exit.Form.Kind == ExitKind.Return && exit.Offset == own).Form.IsElsewhere);
        Assert.Single(site.ExitsOf(ExitKind.Leave));
    }

    [Fact]
    public void Where_nothing_in_the_file_tells_the_kernel_looks_at_the_target()
    {
        var site = Assert.Single(Resolve(programs.Frames, Symbol("by_register"), needsReturn: true).Sites);

        Assert.NotNull(Assert.Single(site.Exits, exit => exit.Form.Kind == ExitKind.Jump).Form.TakenWhen);
    }
}
