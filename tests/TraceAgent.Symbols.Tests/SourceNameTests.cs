using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Names of C++ as the source has them, and patterns.</summary>
public class SourceNameTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Theory]
    [InlineData("shop::Cart::add(int)", "_ZN4shop4Cart3addEi", "shop::Cart::add(int)")]
    [InlineData("_ZN4shop4Cart3addEi", "_ZN4shop4Cart3addEi", "shop::Cart::add(int)")]
    [InlineData("shop::Cart::add(int,const char *)", "_ZN4shop4Cart3addEiPKc", "shop::Cart::add(int, char const*)")]
    [InlineData("shop::Cart::add(const std::string&)",
        "_ZN4shop4Cart3addERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "shop::Cart::add(std::string const&)")]
    [InlineData("shop::Cart::count", "_ZNK4shop4Cart5countEv", "shop::Cart::count() const")]
    [InlineData("shop::larger<double>", "_ZN4shop6largerIdEET_S1_S1_", "shop::larger<double>(double, double)")]
    [InlineData("shop::(anonymous namespace)::hidden", "_ZN4shop12_GLOBAL__N_16hiddenEi", "shop::(anonymous namespace)::hidden(int)")]
    [InlineData("shop::Money::operator+", "_ZNK4shop5MoneyplES0_", "shop::Money::operator+(shop::Money) const")]
    [InlineData("plain", "plain", "plain")]
    public void A_source_name_finds_one_function(string name, string mangled, string shown)
    {
        var site = Resolve(programs.Cart, Symbol(name)).OnlySite();

        Assert.Equal((AddressOf(programs.Cart, mangled), shown), (site.Address, site.DisplayName));
    }

    [Theory]
    [InlineData("shop::Cart::add", 3)]
    [InlineData("shop::larger", 2)]
    [InlineData("shop::Cart::*", 6)]
    [InlineData("shop::*(int)", 4)]
    [InlineData("*::add", 3)]
    [InlineData("*::cou?t", 1)]
    [InlineData("_ZN4shop4Cart3add*", 3)]
    public void A_bare_name_is_every_overload_and_a_pattern_is_all_that_fits(string name, int count)
    {
        var resolution = Resolve(programs.Cart, Symbol(name));

        Assert.Empty(resolution.Problems);
        Assert.Equal(count, resolution.Sites.Select(site => site.DisplayName).Distinct().Count());
        Assert.Equal(count, resolution.Sites.Select(site => site.Address).Distinct().Count());
    }

    [Theory]
    [InlineData("shop::make", "shop::make[abi:cxx11](int)")]
    [InlineData("shop::make(int)", "shop::make[abi:cxx11](int)")]
    [InlineData("shop::make[abi:cxx11](int)", "shop::make[abi:cxx11](int)")]
    [InlineData("shop::Cart::title", "shop::Cart::title[abi:cxx11]() const")]
    [InlineData("shop::*title", "shop::Cart::title[abi:cxx11]() const")]
    [InlineData("double shop::larger<double>(double, double)", "shop::larger<double>(double, double)")]
    [InlineData("std::vector<int, std::allocator<int> >* shop::listed<int>(int)", "shop::listed<int>(int)")]
    [InlineData("shop::Cart::print(std::basic_ostream<char, std::char_traits<char> >&) const", "shop::Cart::print(std::ostream&) const")]
    [InlineData("shop::Cart::print(std::ostream &)const", "shop::Cart::print(std::ostream&) const")]
    [InlineData("shop::größe", "shop::größe(double)")]
    [InlineData("*größe*", "shop::größe(double)")]
    [InlineData("shop::*ö??(double)", "shop::größe(double)")]
    [InlineData("*wchar_t*", "shop::(anonymous namespace)::hidden(wchar_t)")]
    [InlineData("*anonymous*", "shop::(anonymous namespace)::hidden(wchar_t)")]
    [InlineData("*lambda*", "shop::apply<main::{lambda(int)#1}>(main::{lambda(int)#1})")]
    [InlineData("*ostream*) const", "shop::Cart::print(std::ostream&) const")]
    [InlineData("shop::*er<double>(double,double)", "shop::larger<double>(double, double)")]
    [InlineData("deeper", "deeper.constprop.0")]
    public void A_name_as_a_tool_or_a_person_writes_it_finds_the_function(string name, string shown) =>
        Assert.Equal(shown, Resolve(programs.Names, Symbol(name)).OnlySite().DisplayName);

    [Fact]
    public void A_pattern_of_a_builtin_type_finds_all_that_have_it() =>
        Assert.Equal(
            ["shop::größe(double)", "shop::larger<double>(double, double)"],
            Resolve(programs.Names, Symbol("*double*")).Sites.Select(site => site.DisplayName).Order(StringComparer.Ordinal));

    [Fact]
    public void Of_a_function_and_its_copy_the_name_means_the_function_alone() =>
        Assert.Equal("main", Assert.Single(Resolve(programs.Names, Symbol("main")).Sites).DisplayName);

    [Fact]
    public void A_place_within_a_source_name_is_counted_from_its_start() =>
        Assert.Equal("shop::Cart::add(int)+0x2", Resolve(programs.Cart, Symbol("shop::Cart::add(int)", 2)).OnlySite().DisplayName);

    [Fact]
    public void An_address_is_shown_by_its_source_name() =>
        Assert.Equal("shop::sum(int)", Resolve(programs.Cart, Address(AddressOf(programs.Cart, "_ZN4shop3sumEi"))).OnlySite().DisplayName);

    [Theory]
    [InlineData("shop::summ", "did you mean 'shop::sum'?")]
    [InlineData("shop::Crat::count", "did you mean 'shop::Cart::count'?")]
    [InlineData("shop::Cart::add(long)", "did you mean 'shop::Cart::add(int)'?")]
    public void A_mistyped_source_name_is_refused_with_the_nearest(string name, string hint) =>
        Resolve(programs.Cart, Symbol(name)).IsRefused(SiteCodes.SymbolNotFound, $"symbol '{name}' not found in /srv/shop/test", hint);

    [Fact]
    public void A_pattern_that_fits_nothing_is_refused() =>
        Resolve(programs.Cart, Symbol("shelf::*")).IsRefused(
            SiteCodes.SymbolNotFound, "no function of /srv/shop/test is called like 'shelf::*'", null);

    [Fact]
    public void More_functions_than_max_sites_are_refused_with_their_number()
    {
        using var image = Open(programs.Cart);

        SiteResolver.Resolve(
            image, "/srv/shop/test", Symbol("shop::Cart::*"), new SiteRequest { MaxSites = 5 }).IsRefused(
            SiteCodes.TooManySites, "'shop::Cart::*' matches 6 functions of /srv/shop/test, and the rule may have 5 sites",
            "make the name narrower, or allow them with `max_sites: 6`");
        Assert.Equal(6, SiteResolver.Resolve(
            image, "/srv/shop/test", Symbol("shop::Cart::*"), new SiteRequest { MaxSites = 6 }).Sites.Count);
    }

    [Fact]
    public void What_a_pattern_fits_and_the_gate_refuses_is_left_out_and_counted()
    {
        var resolution = Resolve(programs.Traps, Symbol("*"));

        var warning = Assert.Single(resolution.Problems);
        Assert.Equal((SiteCodes.SomeSkipped, false), (warning.Code, warning.Refused));
        Assert.Matches(
            "^2 of the [0-9]+ functions of /srv/shop/test that '\\*' matches are not probed: 1 with an instruction there that the kernel " +
                "cannot probe \\(starts_locked\\); 1 not entered by a call \\(with_cold_part.cold\\)$",
            warning.Message);
        Assert.Contains(resolution.Sites, site => site.Symbol == "long_move");
    }

    [Fact]
    public void When_nothing_is_left_of_a_pattern_that_is_an_error() =>
        Resolve(programs.Cart, Symbol("shop::Cart::add"), needsReturn: true, returnsAtCaller: true).IsRefused(
            SiteCodes.ExceptionsEnd,
            "none of the 3 functions of /srv/shop/test that 'shop::Cart::add' matches can be probed: " +
            "3 that an exception or panic may leave (shop::Cart::add(int), shop::Cart::add(int, char const*), …)",
            "leave `return_at` out, or use `on: entry`");

    [Theory]
    [InlineData("pthread_create@GLIBC_2.34", "pthread_create@GLIBC_2.34")]
    [InlineData("pthread_create@@GLIBC_2.34", "pthread_create@@GLIBC_2.34")]
    [InlineData("memcpy@GLIBC_2.2.5", "memcpy@GLIBC_2.2.5")]
    public void A_version_chooses_one_function_of_a_library(string name, string shown) =>
        Assert.Equal(shown, Resolve(Libc, Symbol(name)).OnlySite().DisplayName);

    [Fact]
    public void Versions_of_one_name_are_told_apart() =>
        Assert.Equal([
            "regexec@GLIBC_2.2.5", "regexec@GLIBC_2.3.4"], Resolve(Libc, Symbol("regexec")).Sites.Select(site => site.DisplayName).Order());

    [Theory]
    [InlineData("regexec@GLIBC_9", "its versions are 'regexec@GLIBC_2.2.5', 'regexec@GLIBC_2.3.4'")]
    [InlineData("regexec@@GLIBC_2.2.5", "its versions are 'regexec@GLIBC_2.2.5', 'regexec@GLIBC_2.3.4'")]
    public void A_version_that_there_is_not_is_refused_with_those_that_there_are(string name, string hint) =>
        Resolve(Libc, Symbol(name)).IsRefused(SiteCodes.SymbolNotFound, $"symbol '{name}' not found in /srv/shop/test", hint);

    [Fact]
    public void An_imported_version_is_imported() =>
        Assert.Equal(SiteCodes.Imported, Assert.Single(Resolve("/bin/bash", Symbol("fopen@GLIBC_2.2.5")).Problems).Code);

    private const string Libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";
}
