using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public class SymbolTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private const string Libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";

    [Fact]
    public void A_symbol_is_found_at_the_address_that_nm_prints()
    {
        var site = Resolve(programs.Shop, Symbol("AddNum"), needsReturn: true, arguments: 1).OnlySite();

        Assert.Equal(AddressOf(programs.Shop, "AddNum"), site.Address);
        Assert.Equal("AddNum", site.DisplayName);
    }

    [Fact]
    public void The_first_question_is_answered_like_those_after_it()
    {
        string[] names = ["malloc", "memcpy", "regexec", "open", "pthread_create@GLIBC_2.34", "nothing_of_the_kind", "malloc"];
        using var image = ElfImage.TryOpen(Libc, out _)!;

        Assert.Equal(names.Select(Alone), names.Select(name => Answer(image, name)));

        static string Alone(string name)
        {
            using var image = ElfImage.TryOpen(Libc, out _)!;
            return Answer(image, name);
        }

        static string Answer(ElfImage image, string name)
        {
            var found = SiteResolver.Resolve(image, Libc, Symbol(name), new SiteRequest());
            return string.Join('\n', found.Sites.Select(site => $"{site}").Concat(found.Problems.Select(problem => $"{problem}")));
        }
    }

    [Theory]
    [InlineData("/bin/bash", "readline")]
    [InlineData(Libc, "open")]
    [InlineData(Libc, "malloc")]
    public void A_function_that_a_system_binary_exports_is_found_though_it_is_stripped(string path, string name)
    {
        var site = Resolve(path, Symbol(name), needsReturn: true, arguments: 1).OnlySite();

        Assert.Equal((name, 0UL), (site.Symbol, site.SymbolOffset));
        Assert.NotEqual(0UL, site.FileOffset);
    }

    [Fact]
    public void The_file_offset_leads_to_the_same_code_as_the_address()
    {
        var site = Resolve(programs.Traps, Symbol("long_move", 1)).OnlySite();

        using var file = File.OpenRead(programs.Traps);
        file.Position = (long)site.FileOffset;
        var code = new byte[4];
        file.ReadExactly(code);
        Assert.Equal([0x48, 0xb8, 0x88, 0x77], code);
        Assert.NotEqual(site.Address, site.FileOffset);
    }

    [Fact]
    public void Two_names_of_one_address_are_one_site_under_the_name_that_was_asked_for()
    {
        var first = Resolve(programs.Shop, Symbol("AddNum")).OnlySite();
        var second = Resolve(programs.Shop, Symbol("PlusNum")).OnlySite();

        Assert.Equal("PlusNum", second.Symbol);
        Assert.Equal(first.Address, second.Address);
    }

    [Fact]
    public void Two_functions_of_one_name_are_two_sites_told_apart_by_their_source_files()
    {
        var resolution = Resolve(programs.Shop, Symbol("twin"), needsReturn: true);

        Assert.Empty(resolution.Problems);
        Assert.Equal(2, resolution.Sites.Select(site => site.Address).Distinct().Count());
        Assert.Equal(["twin (left.c)", "twin (right.c)"], resolution.Sites.Select(site => site.DisplayName).Order());
    }

    [Fact]
    public void A_version_after_the_name_may_be_left_out()
    {
        var symbol = Run("nm", programs.Shop).Split('\n').First(line => line.Contains("puts@", StringComparison.Ordinal));
        Assert.Contains("@GLIBC", symbol, StringComparison.Ordinal);

        Resolve(programs.Shop, Symbol("puts")).IsRefused(
            SiteCodes.Imported, "'puts' is imported by /srv/shop/test from a library; its code is not in this file",
            "name the library as the binary");
    }

    [Fact]
    public void An_imported_function_is_refused_in_a_stripped_program_too() =>
        Resolve(programs.ShopStripped, Symbol("puts")).IsRefused(
            SiteCodes.Imported, "'puts' is imported by /srv/shop/test from a library; its code is not in this file",
            "name the library as the binary");

    [Theory]
    [InlineData(Libc, "memcpy")]
    [InlineData(Libc, "strlen")]
    public void An_indirect_function_of_libc_is_refused(string path, string name) =>
        Assert.Contains(
            Resolve(path, Symbol(name)).Problems, problem => problem is { Refused: true, Code: SiteCodes.IndirectFunction });

    [Fact]
    public void An_indirect_function_is_refused_because_its_symbol_names_the_chooser() =>
        Resolve(programs.Shop, Symbol("picked")).IsRefused(
            SiteCodes.IndirectFunction,
            "'picked' in /srv/shop/test is an indirect function (IFUNC): it names the code that chooses a variant for the processor, not " +
                "the code that runs",
            "use the variant that runs on this machine as `symbol:`, or its address as `offset:`");

    [Theory]
    [InlineData("AdNum", "did you mean 'AddNum'?")]
    [InlineData("addnum", "did you mean 'AddNum'?")]
    [InlineData("left_prize", "did you mean 'left_price'?")]
    [InlineData("lift_price", "did you mean 'left_price' or 'right_price'?")]
    [InlineData("nothing_like_this_at_all", null)]
    public void A_mistyped_symbol_is_refused_with_the_nearest_names(string name, string? hint)
    {
        var resolution = Resolve(programs.Shop, Symbol(name));

        var problem = Assert.Single(resolution.Problems);
        Assert.Equal((SiteCodes.SymbolNotFound, $"symbol '{name}' not found in /srv/shop/test"), (problem.Code, problem.Message));
        Assert.Equal(hint, problem.Hint);
    }

    [Fact]
    public void A_file_without_names_says_that_it_is_stripped() =>
        Resolve(programs.TrapsStripped, Symbol("locked")).IsRefused(
            SiteCodes.SymbolNotFound, "symbol 'locked' not found in /srv/shop/test, which names no functions at all (stripped)",
            "use a binary with symbols, an address as `offset:`, or one of its libraries, which `ldd` lists, as `binary:`");

    [Fact]
    public void A_variable_is_refused() =>
        Resolve(programs.Shop, Symbol("stock")).IsRefused(
            SiteCodes.NotAFunction,
            "'stock' in /srv/shop/test is a variable, not a function", "a rule needs a function, or an address in code as `offset:`");

    [Fact]
    public void A_bare_label_is_refused() =>
        Resolve(programs.Traps, Symbol("bare_label")).IsRefused(
            SiteCodes.NotAFunction,
            "'bare_label' in /srv/shop/test is a symbol without a type (assembly), and no unwind entry says that a function begins " +
                "there: it may be data",
            $"if `objdump -d` shows code there, use `offset: 0x{AddressOf(programs.Traps, "bare_label"):x}`");

    [Fact]
    public void A_function_of_assembly_without_a_type_is_found_where_an_unwind_entry_begins()
    {
        var program = Assembled("""
            .globl _start
            .globl typed
            .text
            typed_not: .cfi_startproc
                push %rbx
                pop %rbx
                ret
                .cfi_endproc
            constant: .quad 42
            .type typed, @function
            typed: .cfi_startproc
                ret
                .cfi_endproc
            .size typed, .-typed
            _start: ret
            """);

        var site = Resolve(program, Symbol("typed_not"), needsReturn: true).OnlySite();

        Assert.Equal(AddressOf(program, "typed_not"), site.Address);
        Assert.Equal([site.FileOffset + 2], site.ExitsOf());
        Assert.Equal(SiteCodes.NotAFunction, Assert.Single(Resolve(program, Symbol("constant")).Problems).Code);
        Assert.Equal(["typed", "typed_not"], Resolve(program, Symbol("typed*")).Sites.Select(found => found.Symbol).Order());
    }

    [Fact]
    public void A_static_program_of_C_is_not_taken_for_one_of_Cpp()
    {
        var program = programs.At("static");
        File.WriteAllText(programs.At("static.c"), """
            #include <pthread.h>
            __attribute__((noinline)) void *work(void *p) { return p; }
            int main(void) { pthread_t t; pthread_create(&t, 0, work, 0); pthread_join(t, 0); return 0; }
            """);
        Run("gcc", "-O1", "-static", "-o", program, programs.At("static.c"));

        Assert.DoesNotContain(
            Resolve(program, Symbol("work"), needsReturn: true, returnsAtCaller: true).Problems,
            problem => problem.Code == SiteCodes.ExceptionsEnd);
    }

    [Fact]
    public void A_stripped_program_that_exports_functions_says_so_and_names_USDT_probes_that_fit()
    {
        var problem = Assert.Single(Resolve("/usr/lib/x86_64-linux-gnu/libstdc++.so.6", Symbol("my_rethrow_hook")).Problems);

        Assert.Equal("symbol 'my_rethrow_hook' not found in /srv/shop/test (stripped)", problem.Message);
        Assert.Equal(
            "a package with its debug symbols would name all functions; USDT probes that may fit: libstdcxx:rethrow", problem.Hint);
    }

    private string Assembled(string source)
    {
        var (path, program) = (programs.At("untyped.s"), programs.At("untyped"));
        File.WriteAllText(path, source + "\n");
        Run("gcc", "-nostdlib", "-static", "-Wl,--eh-frame-hdr", "-o", program, path);
        return program;
    }

    [Fact]
    public void A_place_after_the_end_of_the_function_is_refused() =>
        Resolve(programs.Traps, Symbol("endbr_push", 7)).IsRefused(
            SiteCodes.BeyondFunction, "endbr_push+0x7 is beyond the end of 'endbr_push' in /srv/shop/test, which has 0x7 bytes",
            "the nearest safe place is endbr_push+0x6");

    [Fact]
    public void A_huge_distance_does_not_wrap_around() =>
        Assert.Equal(SiteCodes.BeyondFunction, Assert.Single(Resolve(programs.Traps, Symbol("endbr_push", ulong.MaxValue)).Problems).Code);

    [Fact]
    public void A_function_without_a_size_reaches_to_the_next_one()
    {
        Assert.Equal("sizeless+0x3", Resolve(programs.Traps, Symbol("sizeless", 3)).OnlySite().DisplayName);
        Assert.Equal(SiteCodes.BeyondFunction, Assert.Single(Resolve(programs.Traps, Symbol("sizeless", 4)).Problems).Code);
    }

    [Fact]
    public void Copies_that_the_compiler_made_are_warned_about() =>
        Resolve(programs.Shop, Symbol("pricey"), arguments: 1).HasWarning(
            SiteCodes.Clones, "the compiler also made pricey.constprop.0 of 'pricey' in /srv/shop/test; calls of these are not seen",
            "add a rule for each of them; their arguments may differ from the source");

    [Fact]
    public void The_architecture_is_told() =>
        Assert.Equal("x86_64", Assert.Single(Resolve(programs.Shop, Symbol("AddNum")).Groups).Abi.Architecture.Name);
}
