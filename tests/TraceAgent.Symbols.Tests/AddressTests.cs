using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public class AddressTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void The_address_of_a_function_is_shown_by_its_name()
    {
        var site = Resolve(programs.Shop, Address(AddressOf(programs.Shop, "SubNum")), needsReturn: true).OnlySite();

        Assert.Equal(Resolve(programs.Shop, Symbol("SubNum"), needsReturn: true).OnlySite(), site);
    }

    [Fact]
    public void An_address_within_a_function_is_shown_by_name_and_distance()
    {
        var site = Resolve(programs.Traps, Address(AddressOf(programs.Traps, "endbr_move") + 4)).OnlySite();

        Assert.Equal("endbr_move+0x4", site.DisplayName);
    }

    [Fact]
    public void A_file_offset_leads_to_the_same_site_as_the_symbol()
    {
        var bySymbol = Resolve(programs.Traps, Symbol("endbr_move")).OnlySite();

        Assert.Equal(bySymbol, Resolve(programs.Traps, FileOffset(bySymbol.FileOffset)).OnlySite());
    }

    [Fact]
    public void An_address_in_data_is_refused_and_told_where_the_code_is()
    {
        var address = AddressOf(programs.Shop, "stock");
        var problem = Assert.Single(Resolve(programs.Shop, Address(address)).Problems);

        Assert.Equal((SiteCodes.OutsideCode, $"0x{address:x} is outside the code of /srv/shop/test"), (problem.Code, problem.Message));
        Assert.Matches(@"^its code is at .*0x1\w+ to 0x1\w+ \(\.text\)", problem.Hint);
        Assert.EndsWith("; the nearest safe place is _fini", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_offset_after_all_code_is_told_the_last_function() =>
        Assert.EndsWith(
            "; the nearest safe place is _fini",
            Assert.Single(Resolve(programs.Shop, FileOffset(0xffffff)).Problems).Hint, StringComparison.Ordinal);

    [Theory]
    [InlineData(0UL)]
    [InlineData(0xffffUL)]
    [InlineData(ulong.MaxValue)]
    public void An_address_outside_the_file_is_refused(ulong address) =>
        Assert.Equal(SiteCodes.OutsideCode, Assert.Single(Resolve(programs.Traps, Address(address)).Problems).Code);

    [Theory]
    [InlineData(0UL)]
    [InlineData(0xffffffUL)]
    [InlineData(ulong.MaxValue)]
    public void A_file_offset_outside_the_code_is_refused(ulong offset)
    {
        var problem = Assert.Single(Resolve(programs.Traps, FileOffset(offset)).Problems);

        Assert.Equal((SiteCodes.OutsideCode, $"file+0x{offset:x} is outside the code of /srv/shop/test"), (problem.Code, problem.Message));
        Assert.StartsWith("its code is at file+0x1000 to file+0x", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stripped_function_is_found_by_its_unwind_entry()
    {
        var address = AddressOf(programs.Shop, "SubNum");
        var site = Resolve(programs.ShopStripped, Address(address), needsReturn: true, arguments: 1).OnlySite();

        Assert.Equal(($"0x{address:x}", address), (site.DisplayName, site.Address));
        Assert.Equal(Resolve(programs.Shop, Symbol("SubNum")).OnlySite().FileOffset, site.FileOffset);
    }

    [Fact]
    public void The_unwind_entries_tell_instructions_apart_in_a_stripped_function()
    {
        var address = AddressOf(programs.Shop, "SubNum") + 1;

        Assert.Equal(
            Resolve(programs.Shop, Address(address)).Problems.Select(problem => problem.Code),
            Resolve(programs.ShopStripped, Address(address)).Problems.Select(problem => problem.Code));
    }

    [Fact]
    public void The_cold_half_of_a_stripped_function_is_not_an_entry()
    {
        var address = AddressOf(programs.Shop, "split.cold");

        Resolve(programs.ShopStripped, Address(address)).OnlySite();
        Resolve(programs.ShopStripped, Address(address), needsReturn: true).IsRefused(
            SiteCodes.ReturnNotAtEntry,
            $"0x{address:x} in /srv/shop/test is not the entry of a function, so its return cannot be followed",
            "use `on: entry`");
    }

    [Fact]
    public void Code_whose_function_nobody_names_is_refused()
    {
        var address = AddressOf(programs.Traps, "long_move");

        Resolve(programs.TrapsStripped, Address(address)).IsRefused(
            SiteCodes.UnknownFunctionStart,
            $"cannot tell whether an instruction begins at 0x{address:x} in /srv/shop/test: " +
            "no symbol and no unwind entry says where its function begins",
            "use the address of a function, or a binary with symbols");
    }

    [Fact]
    public void Code_between_functions_is_told_the_functions_beside_it()
    {
        var problem = Assert.Single(Resolve(programs.ShopStripped, Address(AddressOf(programs.Shop, "_start") - 1)).Problems);

        Assert.Equal(SiteCodes.UnknownFunctionStart, problem.Code);
        Assert.Matches("^the nearest safe places? (is|are) 0x", problem.Hint);
    }
}
