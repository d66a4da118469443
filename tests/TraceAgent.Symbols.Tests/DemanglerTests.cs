using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using TraceAgent.Demangling;
using TraceAgent.Shared.Tests;

namespace TraceAgent.Symbols.Tests;

public partial class DemanglerTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private const string LongString = "std::basic_string<char, std::char_traits<char>, std::allocator<char> >";
    private const string NewString = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";

    /// <summary>Some thousand names by other people; c++filt is the other reader.</summary>
    [Fact]
    public void Every_function_of_the_C_plus_plus_library_is_called_as_cplusplusfilt_calls_it()
    {
        var names = MangledNames("/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "-D");
        var expected = Filtered(names);
        var differences = new List<string>();
        for (var i = 0; i < names.Length; i++)
        {
            var found = Demangler.Demangle(Encoding.ASCII.GetBytes(names[i]))?.Full;

            // Return types are left out, and the names of strings and streams are the short ones.
            if (found is null || !(Comparable(expected[i]).EndsWith(Comparable(found), StringComparison.Ordinal)))
            {
                differences.Add($"{names[i]}\n  {expected[i]}\n  {found}");
            }
        }

        Assert.True(names.Length > 3000);
        Assert.Equal([], differences);
    }

    [Theory]
    [InlineData("_ZN4shop4Cart3addEi", "shop::Cart::add(int)", "shop::Cart::add", "shop::Cart::add")]
    [InlineData("_ZNK4shop4Cart5countEv", "shop::Cart::count() const", "shop::Cart::count", "shop::Cart::count")]
    [InlineData("_ZN4shop6largerIdEET_S1_S1_", "shop::larger<double>(double, double)", "shop::larger<double>", "shop::larger")]
    [InlineData("_ZN4shop4CartC2Ei", "shop::Cart::Cart(int)", "shop::Cart::Cart", "shop::Cart::Cart")]
    [InlineData("_ZN4shop12_GLOBAL__N_16hiddenEi",
        "shop::(anonymous namespace)::hidden(int)", "shop::(anonymous namespace)::hidden", "shop::(anonymous namespace)::hidden")]
    [InlineData("_ZZ4mainENKUlvE_clEv",
        "main::{lambda()#1}::operator()() const", "main::{lambda()#1}::operator()", "main::{lambda()#1}::operator()")]
    [InlineData("_Z3runPFiPKcE", "run(int (*)(char const*))", "run", "run")]
    [InlineData("_ZN4shop3addEi.constprop.0",
        "shop::add(int) [clone .constprop.0]", "shop::add(int) [clone .constprop.0]", "shop::add(int) [clone .constprop.0]")]
    [InlineData("_ZN4shop3addEi.llvm.123", "shop::add(int)", "shop::add", "shop::add")]
    [InlineData("_ZN4shop4cart3add17h0123456789abcdefE", "shop::cart::add", "shop::cart::add", "shop::cart::add")]
    [InlineData(
        "_ZN49_$LT$shop..Cart$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE",
        "<shop::Cart as core::fmt::Display>::fmt", "<shop::Cart as core::fmt::Display>::fmt", "<shop::Cart as core::fmt::Display>::fmt")]
    [InlineData("_RNvNtCs1234_4shop4cart3add", "shop::cart::add", "shop::cart::add", "shop::cart::add")]
    [InlineData("_RINvNtCs1234_4shop4cart6largerlEB4_", "shop::cart::larger::<i32>", "shop::cart::larger::<i32>", "shop::cart::larger")]
    [InlineData("_RNCNvCs1234_4shop4main0B3_", "shop::main::{closure#0}", "shop::main::{closure#0}", "shop::main::{closure#0}")]
    [InlineData("_RNvMCs1234_4shopNtB2_4Cart4push", "shop::Cart::push", "shop::Cart::push", "shop::Cart::push")]
    [InlineData("_RNvMCs1234_4shopINtB2_5StacklE4push", "shop::Stack<i32>::push", "shop::Stack<i32>::push", "shop::Stack<i32>::push")]
    [InlineData("_RNvMNtCs1234_4core3strl3len", "<i32>::len", "<i32>::len", "<i32>::len")]
    [InlineData("_RNvCs1234_4shopu9gre_6ka8i", "shop::größe", "shop::größe", "shop::größe")]
    [InlineData("_RNvCs1234_4shopu2zz", "shop::punycode{zz}", "shop::punycode{zz}", "shop::punycode{zz}")]
    [InlineData("_ZN4shop7größeEd", "shop::größe(double)", "shop::größe", "shop::größe")]
    [InlineData("_ZN4shop4makeB5cxx11Ei", "shop::make[abi:cxx11](int)", "shop::make[abi:cxx11]", "shop::make")]
    [InlineData("_Z3addi.part.0.cold",
        "add(int) [clone .part.0] [clone .cold]", "add(int) [clone .part.0] [clone .cold]", "add(int) [clone .part.0] [clone .cold]")]
    [InlineData("AddNum", null, null, null)]
    [InlineData("_ZN4shop", null, null, null)]
    [InlineData("_Z", null, null, null)]
    public void A_name_has_a_full_form_one_without_parameters_and_a_bare_one(string mangled, string? full, string? name, string? bare) =>
        Assert.Equal(
            full is null ? null : new DemangledName(full, name!, bare!),
            Demangler.Demangle(Encoding.UTF8.GetBytes(mangled)) is { } found
                ? found with { Member = null, Original = null }
                : null);

    [Fact]
    public void Random_changes_of_names_neither_throw_nor_cost_more_than_a_limit()
    {
        var names = MangledNames(programs.Cart)
            .Concat(MangledNames("/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "-D")).Chunk(40).Select(some => some[0])
            .Append("_RINvNtCs1234_4shop4cart6largerlEB4_")
                .Append("_ZN49_$LT$shop..Cart$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE").ToArray();
        var random = new Random(20261122);
        for (var round = 0; round < 100_000; round++)
        {
            HostileNames.Ask(HostileNames.Changed(Encoding.ASCII.GetBytes(names[random.Next(names.Length)]), random));
        }
    }

    /// <summary>Each part refers to the one before it twice: the whole text would have 2^60 letters.</summary>
    [Theory]
    [InlineData("_Z1fI1aE", "1fIS{0}_S{0}_E")]
    [InlineData("_RINvC1a1fT", "TB{0}_B{0}_E")]
    public void A_name_that_doubles_itself_ends_at_the_limit(string start, string part)
    {
        var name = new StringBuilder(start);
        for (var i = 0; i < 60; i++)
        {
            name.Append(
                part.Replace("{0}", i == 0 ? "" : $"{(char)(i < 11 ? '0' + i - 1 : 'A' + ((i - 11) % 26))}", StringComparison.Ordinal));
        }

        HostileNames.Ask(Encoding.ASCII.GetBytes(name.ToString()));
    }

    [Fact]
    public void Deep_nesting_does_not_overflow_the_stack()
    {
        foreach (var unit in (string[])["P", "N", "F", "I", "X", "Z", "RK", "Dp", "A1_", "S", "R", "T"])
        {
            HostileNames.Ask(Encoding.ASCII.GetBytes($"_Z1f{string.Concat(Enumerable.Repeat(unit, 4000 / unit.Length))}"));
            HostileNames.Ask(Encoding.ASCII.GetBytes($"_RI{string.Concat(Enumerable.Repeat(unit, 4000 / unit.Length))}"));
        }
    }

    private static string Comparable(string name) => name
        .Replace(NewString, "std::string", StringComparison.Ordinal).Replace(LongString, "std::string", StringComparison.Ordinal)
        .Replace("std::string::basic_string", "std::string::string", StringComparison.Ordinal)
        .Replace("std::string::~basic_string", "std::string::~string", StringComparison.Ordinal)
        .Replace("std::basic_ostream<char, std::char_traits<char> >", "std::ostream", StringComparison.Ordinal)
        .Replace("std::basic_istream<char, std::char_traits<char> >", "std::istream", StringComparison.Ordinal)
        .Replace("std::basic_iostream<char, std::char_traits<char> >", "std::iostream", StringComparison.Ordinal)
        .Replace("::~basic_", "::~", StringComparison.Ordinal).Replace("::basic_", "::", StringComparison.Ordinal)
        .Replace(" ", "", StringComparison.Ordinal);

    private static string[] MangledNames(string path, params string[] options) =>
        [.. Mangled()
            .Matches(CompiledFolder.Run("nm", ["--defined-only", .. options, path])).Select(match => match.Groups[1].Value).Distinct()];

    private static string[] Filtered(string[] names)
    {
        using var process = Process.Start(new ProcessStartInfo("c++filt") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(string.Join('\n', names));
        process.StandardInput.Close();
        return output.Result.TrimEnd('\n').Split('\n');
    }

    [GeneratedRegex("^[0-9a-f]+ [TtWw] (_Z[^@\n]*)", RegexOptions.Multiline)]
    private static partial Regex Mangled();
}
