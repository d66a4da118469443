using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

public partial class SiteGateTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    [Fact]
    public void A_place_within_an_instruction_is_refused_with_the_nearest_safe_ones() =>
        Resolve(programs.Traps, Symbol("long_move", 4)).IsRefused(
            SiteCodes.InsideInstruction,
            "long_move+0x4 in /srv/shop/test is in the middle of an instruction; a probe there breaks the program",
            "the nearest safe places are long_move+0x1 and long_move+0xb");

    [Fact]
    public void Exactly_the_instructions_of_objdump_are_accepted()
    {
        foreach (var program in (string[])[programs.Shop, programs.ShopWithCet])
        {
            var starts = InstructionsOf(program, "SubNum");
            using var image = Open(program);
            for (var address = starts.Min(); address <= starts.Max(); address++)
            {
                var resolution = SiteResolver.Resolve(image, program, Address(address), new SiteRequest());
                Assert.Equal((address, starts.Contains(address)), (address, resolution.Sites.Count == 1));
            }
        }
    }

    [Fact]
    public void A_five_byte_nop_within_a_function_is_refused() =>
        Resolve(programs.Traps, Symbol("nop5_inside", 3)).IsRefused(
            SiteCodes.FiveByteNop,
            "nop5_inside+0x3 in /srv/shop/test is a 5-byte NOP within a function; " +
            "kernels from 6.18 on replace it by a call, which overwrites the function's data below the stack pointer",
            "the nearest safe places are nop5_inside and nop5_inside+0x8");

    [Theory]
    [InlineData("nop5_of_another_form")]
    [InlineData("nop5_of_prefixes")]
    public void Every_nop_of_five_bytes_is_one(string symbol) =>
        Assert.Equal(SiteCodes.FiveByteNop, Assert.Single(Resolve(programs.Traps, Symbol(symbol, 1)).Problems).Code);

    [Theory]
    [InlineData("nop5_first", 0)]
    [InlineData("nop5_behind_endbr", 4)]
    public void Of_a_five_byte_nop_at_the_entry_the_instruction_after_it_is_probed(string symbol, ulong addend)
    {
        var site = Resolve(programs.Traps, Symbol(symbol, addend), needsReturn: true).OnlySite();

        Assert.Equal(AddressOf(programs.Traps, symbol) + addend + 5, site.Address);
        Assert.Equal(addend, site.SymbolOffset);
    }

    [Fact]
    public void A_function_that_is_nothing_but_a_five_byte_nop_is_refused() =>
        Resolve(programs.Frames, Symbol("nop5_alone")).IsRefused(
            SiteCodes.FiveByteNop,
            "nop5_alone in /srv/shop/test is a 5-byte NOP; " +
            "kernels from 6.18 on replace it by a call, which overwrites the function's data below the stack pointer",
            null);

    [Theory]
    [InlineData("locked", 3, "has a LOCK prefix, and the kernel cannot probe it")]
    [InlineData("cs_prefixed", 1, "has a CS, DS, ES or SS prefix, and the kernel cannot probe it")]
    [InlineData("notrack_jump", 1, "has a CS, DS, ES or SS prefix, and the kernel cannot probe it")]
    [InlineData("port", 1, "is privileged, and the kernel cannot probe it")]
    [InlineData("halt", 1, "is privileged, and the kernel cannot probe it")]
    [InlineData("kernel_entry", 1, "enters the kernel, and stepping over it elsewhere can come back to the wrong place")]
    [InlineData("breakpoint", 1, "is a software interrupt, which the kernel cannot probe")]
    [InlineData("undefined_instruction", 1, "is `ud2`, which ends the program")]
    [InlineData("wide_call", 1, "is a branch with an operand size prefix, which the kernel cannot probe")]
    [InlineData("exchange_r8", 1, "is `xchg %rax,%r8`, which the kernel takes for a NOP")]
    [InlineData("stack_segment", 1, "loads the stack segment, which the kernel cannot probe")]
    [InlineData("vector_load", 1, "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one")]
    [InlineData("vector_load_512", 1, "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one")]
    [InlineData("vector_add", 1, "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one")]
    [InlineData("vector_or", 1, "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one")]
    [InlineData(
        "shift_without_flags", 1, "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one")]
    [InlineData("amd_vector", 1, "is encoded like a vector instruction (VEX, EVEX, XOP), and the kernel takes such for another one")]
    [InlineData("store_flags", 1, "stores the flags, which the kernel changes while it steps over the instruction")]
    [InlineData("late_prefix", 1, "has a prefix after its REX prefix, which the kernel may read differently")]
    [InlineData("transaction", 1, "begins or ends a memory transaction, which a probe would abort")]
    public void An_instruction_that_the_kernel_cannot_probe_is_refused(string symbol, ulong addend, string reason)
    {
        var problem = Assert.Single(Resolve(programs.Traps, Symbol(symbol, addend)).Problems);

        Assert.Equal(SiteCodes.UnprobeableInstruction, problem.Code);
        Assert.Equal($"the instruction at {symbol}+0x{addend:x} in /srv/shop/test {reason}", problem.Message);
        Assert.StartsWith($"the nearest safe places are {symbol} and {symbol}+0x", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Harmless_prefixes_are_accepted() => Resolve(programs.Traps, Symbol("pause_loop", 1)).OnlySite();

    [Fact]
    public void An_instruction_that_repeats_itself_is_warned_about() =>
        Resolve(programs.Traps, Symbol("copy_bytes", 1)).HasWarning(
            SiteCodes.Repeated,
            "the instruction at copy_bytes+0x1 in /srv/shop/test repeats itself, and is hit once for each element that " +
                "it moves or compares",
            "the nearest safe places are copy_bytes and copy_bytes+0x3");

    [Fact]
    public void Code_with_data_in_it_is_refused_except_at_its_start()
    {
        Resolve(programs.Traps, Symbol("data_between", 12)).IsRefused(
            SiteCodes.InsideInstruction,
            "cannot tell whether an instruction begins at data_between+0xc in /srv/shop/test: " +
            "the branch at data_between leads into the middle of another instruction, so there may be data between the code",
            "the nearest safe place is data_between");
        Resolve(programs.Traps, Symbol("data_between")).OnlySite();
    }

    [Fact]
    public void A_jump_past_a_LOCK_prefix_is_known_to_be_code() => Resolve(programs.Traps, Symbol("skip_lock", 2)).OnlySite();

    [Fact]
    public void A_place_in_the_linkage_table_is_refused_unless_the_rule_is_unsafe()
    {
        var address = LinkageTableOf(programs.Coroutines);
        Resolve(programs.Coroutines, Address(address)).IsRefused(
            SiteCodes.LinkageTable, $"0x{address:x} in /srv/shop/test is in .plt, the table of jumps to functions of other files",
            "name the library as `binary` and the function as `symbol`");

        var resolution = Resolve(programs.Coroutines, Address(address), allowsUnsafe: true);

        Assert.Single(resolution.Sites);
        Assert.Equal((SiteCodes.LinkageTable, false), (resolution.Problems[0].Code, resolution.Problems[0].Refused));
    }

    [Fact]
    public void An_unsafe_rule_may_probe_the_first_instruction_of_a_Go_function_and_is_warned()
    {
        var resolution = Resolve(programs.Go, Symbol("main.loop"), allowsUnsafe: true);

        Assert.Single(resolution.Sites);
        Assert.Equal((SiteCodes.GoEntry, false), (resolution.Problems[0].Code, resolution.Problems[0].Refused));
    }

    [Theory]
    [InlineData("long_move", 4, false, SiteCodes.InsideInstruction)]
    [InlineData("nop5_inside", 3, false, SiteCodes.FiveByteNop)]
    [InlineData("locked", 3, false, SiteCodes.UnprobeableInstruction)]
    [InlineData("long_move", 1, true, SiteCodes.ReturnNotAtEntry)]
    [InlineData("setjmp", 0, true, SiteCodes.ReturnsOtherwise)]
    public void Nothing_that_can_harm_is_lifted_by_unsafe(string symbol, ulong addend, bool needsReturn, string code) =>
        Assert.Contains(
            Resolve(programs.Traps, Symbol(symbol, addend), needsReturn, allowsUnsafe: true, returnsAtCaller: true).Problems,
            problem => problem.Refused && problem.Code == code);

    [Fact]
    public void Nothing_after_undecodable_bytes_is_accepted() =>
        Resolve(programs.Traps, Symbol("unreadable", 2)).IsRefused(
            SiteCodes.InsideInstruction,
            "cannot tell whether an instruction begins at unreadable+0x2 in /srv/shop/test: the bytes at unreadable+0x1 before it " +
                "are no instruction",
            "the nearest safe place is unreadable");

    [Fact]
    public void Arguments_after_the_entry_are_warned_about()
    {
        Resolve(programs.Traps, Symbol("long_move", 1), arguments: 1).HasWarning(
            SiteCodes.ArgumentsAfterEntry,
            "long_move+0x1 in /srv/shop/test is not the entry of a function: the argument registers may hold other values there",
            "use `symbol: long_move` to see the arguments of the call");
        Resolve(programs.Traps, Symbol("endbr_move", 4), arguments: 1).OnlySite();
    }

    [Theory]
    [InlineData("endbr_push", 4)]
    [InlineData("endbr_push_r12", 4)]
    [InlineData("endbr_move", 0)]
    [InlineData("nop5_behind_endbr", 0)]
    [InlineData("nop5_first", 5)]
    [InlineData("long_move", 0)]
    public void A_probe_on_the_entry_moves_past_endbr64_when_a_push_follows(string symbol, ulong moved)
    {
        var site = Resolve(programs.Traps, Symbol(symbol), needsReturn: true, arguments: 1).OnlySite();

        Assert.Equal(AddressOf(programs.Traps, symbol) + moved, site.Address);
        Assert.Equal((symbol, 0UL), (site.Symbol, site.SymbolOffset));
        Assert.Equal(site, Resolve(programs.Traps, Address(AddressOf(programs.Traps, symbol)), needsReturn: true).OnlySite());
    }

    [Fact]
    public void A_compiled_function_with_control_flow_protection_moves_too()
    {
        var site = Resolve(programs.ShopWithCet, Symbol("SubNum")).OnlySite();

        Assert.Equal(AddressOf(programs.ShopWithCet, "SubNum") + 4, site.Address);
    }

    [Fact]
    public void The_first_instruction_of_a_Go_function_is_refused_when_it_may_run_twice() =>
        Resolve(programs.Go, Symbol("main.loop")).IsRefused(
            SiteCodes.GoEntry,
            "main.loop in /srv/shop/test is the first instruction of a Go function, which may run twice when the stack grows",
            "use an offset after the check of the stack's size");

    [Fact]
    public void A_Go_function_is_probed_after_its_check_and_goes_by_its_name()
    {
        var site = Resolve(programs.Go, Symbol("main.add"), arguments: 1).OnlySite();

        Assert.Equal((AddressOf(programs.Go, "main.add") + 6, "main.add"), (site.Address, site.DisplayName));
        Assert.Empty(site.Exits);
    }

    [Fact]
    public void C_code_in_a_Go_program_may_be_probed_at_its_entry() => Resolve(programs.Go, Symbol("c_code")).OnlySite();

    private static ulong LinkageTableOf(string program)
    {
        var line = Run("readelf", "-SW", program).Split('\n').Single(text => text.Contains(" .plt ", StringComparison.Ordinal));
        return Convert.ToUInt64(
            line[line.IndexOf("PROGBITS", StringComparison.Ordinal)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], 16);
    }

    private static HashSet<ulong> InstructionsOf(string program, string function)
    {
        var text = Run("objdump", "-d", "--no-show-raw-insn", $"--disassemble={function}", program);
        return [.. text.Split('\n')
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal) && line.Contains(':', StringComparison.Ordinal))
            .Select(line => Convert.ToUInt64(line.Trim().Split(':')[0], 16))];
    }
}
