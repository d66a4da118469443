using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Where functions of real Go programs are probed, held against objdump.</summary>
public partial class GoSiteTests(GoPrograms programs) : IClassFixture<GoPrograms>
{
    [Theory]
    [InlineData("main.*")]
    [InlineData("runtime.*")]
    [InlineData("internal/*")]
    public void Every_function_is_probed_after_its_check_and_at_each_of_its_returns(string pattern)
    {
        var listing = Disassembly(programs.Whole);
        using var image = Open(programs.Whole);

        var resolution = SiteResolver.Resolve(
            image, "/srv/shop/test", Symbol(pattern),
            new SiteRequest { NeedsReturn = true, Arguments = [new AskedArgument("arg1", 0)], MaxSites = SiteResolution.MaxSites });

        Assert.DoesNotContain(resolution.Problems, problem => problem.Refused);
        Assert.NotEmpty(resolution.Sites);
        foreach (var site in resolution.Sites)
        {
            // objdump shows aliases under one name; the address is what counts.
            var function = listing.Last(one => one.Start <= site.Address);
            Assert.Equal((site.Symbol, FirstAfterCheck(function)), (site.Symbol, site.Address));
            var returns = site.ExitsOf().Select(offset => offset - site.FileOffset + site.Address).ToList();
            Assert.Equal(
                function.Lines.Where(line => line.Text.StartsWith("ret", StringComparison.Ordinal)).Select(line => line.Address),
                site.Followed.Count == 0 ? returns : returns.Where(function.Lines.Select(line => line.Address).Contains));
        }
    }

    [Fact]
    public void A_stripped_program_is_probed_at_the_same_places() =>
        Assert.Equal(
            Resolve(programs.Whole, Symbol("main.*"), needsReturn: true).Groups,
            Resolve(programs.Stripped, Symbol("main.*"), needsReturn: true).Groups);

    [Fact]
    public void Arguments_and_results_are_where_this_Go_puts_them()
    {
        var group = Assert.Single(Resolve(programs.Whole, Symbol("main.(*Server).handle"), needsReturn: true).Groups);

        Assert.Equal(new GoSiteAbi(Architecture.X64, PassesInRegisters: true) { ReturnsAtInstructions = true }, group.Abi);
    }

    [Fact]
    public void Assembly_has_its_arguments_on_the_stack() =>
        Assert.Equal(
            new GoSiteAbi(Architecture.X64, PassesInRegisters: false),
            Assert.Single(Resolve(programs.Whole, Symbol("runtime.asmcgocall.abi0")).Groups).Abi);

    private static List<(ulong Start, List<(ulong Address, string Text)> Lines)> Disassembly(string program)
    {
        var functions = new List<(ulong, List<(ulong, string)>)>();
        foreach (var line in Run("objdump", "-d", "--no-show-raw-insn", program).Split('\n'))
        {
            if (FunctionLine().Match(line) is { Success: true } function)
            {
                functions.Add((Number(function), []));
            }
            else if (InstructionLine().Match(line) is { Success: true } instruction)
            {
                functions[^1].Item2.Add((Number(instruction), instruction.Groups[2].Value));
            }
        }

        return functions;
    }

    /// <summary>After the last branch that follows a comparison with the guard among the first instructions.</summary>
    private static ulong FirstAfterCheck((ulong Start, List<(ulong Address, string Text)> Lines) function)
    {
        var lines = function.Lines;
        var guard = lines.FindIndex(line => line.Text.Contains("0x10(%r14)", StringComparison.Ordinal)
            || line.Text.Contains("0x18(%r14)", StringComparison.Ordinal));
        if (guard is < 0 or > 6)
        {
            return function.Start;
        }

        var branch = lines.FindIndex(guard, line => line.Text.StartsWith('j'));
        return lines[branch + 1].Address;
    }

    private static ulong Number(Match match) =>
        ulong.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex("^([0-9a-f]+) <.*>:$")]
    private static partial Regex FunctionLine();

    [GeneratedRegex("^ +([0-9a-f]+):\t(.*)$")]
    private static partial Regex InstructionLine();
}
