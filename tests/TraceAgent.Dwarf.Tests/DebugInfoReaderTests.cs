using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Service;
using TraceAgent.Shared.Tests;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Questions and answers, as the process that reads debug information has them.</summary>
public class DebugInfoReaderTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    // In Programs/items.c.
    private const uint TwiceLine = 17;
    private const uint TotalLine = 21;
    private const uint PriceLine = 25;

    [Theory]
    [InlineData("gcc", "-O0 -gdwarf-4")]
    [InlineData("gcc", "-O2 -gdwarf-5")]
    [InlineData("clang", "-O2 -gdwarf-5")]
    public void A_line_has_its_places_with_the_calls_that_the_compiler_put_there(string compiler, string options)
    {
        var answer = Ask(compiler, options, new DebugQuery.Lines("items.c", TwiceLine, TwiceLine, WithVariables: false));

        var names = Assert.Single(answer.Sites.Select(site => string.Join(' ', site.Calls.Select(call => call.Function))).Distinct());
        Assert.Equal(options.Contains("-O0", StringComparison.Ordinal) ? "twice" : "total twice", names);
        Assert.EndsWith("Programs/items.c", Assert.Single(answer.Files), StringComparison.Ordinal);
        if (answer.Sites[0].Calls is [_, { CalledAt: { } caller }])
        {
            Assert.Equal(PriceLine, caller.Line);
        }
    }

    [Fact]
    public void Without_optimisation_a_function_is_probed_where_its_parameters_are_in_place()
    {
        foreach (var compiler in (string[])["gcc", "clang"])
        {
            var path = programs.Compile(compiler, "-O0 -gdwarf-5", "items.c");
            var start = Convert.ToUInt64(
                CompiledFolder.Run("nm", path).Split('\n').Single(line => line.EndsWith(" total", StringComparison.Ordinal))[..16], 16);

            var answer = Ask(compiler, "-O0 -gdwarf-5", new DebugQuery.Lines("items.c", TotalLine, TotalLine + 1, WithVariables: true));

            Assert.True(answer.Sites[0].Address > start, $"{compiler}: {answer.Sites[0].Address:x}");
            var items = Assert.Single(answer.Sites[0].Variables, variable => variable.Name == "items");
            Assert.Equal((true, "const struct item *"), (items.IsParameter, items.Type));
            Assert.IsType<LocationPiece.Memory>(items.Place);
        }
    }

    [Fact]
    public void A_variable_that_is_not_there_says_on_which_lines_it_is()
    {
        var answer = Ask("gcc", "-O2 -gdwarf-5", new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: true));

        var missing = answer.Sites.SelectMany(site => site.Variables)
            .Where(variable => variable.Place is LocationPiece.Missing { Reason: MissingReason.NotLive }).ToList();
        Assert.NotEmpty(missing);
        Assert.Contains(missing, variable => variable.Lives.Count > 0);
        Assert.All(missing.SelectMany(variable => variable.Lives), lines => Assert.InRange(lines.First, TwiceLine - 4, 48u));
    }

    [Theory]
    [InlineData("basket.cpp", "g++", "const string &", "text")]
    [InlineData("items.c", "gcc", "struct item[3]", "items")]
    [InlineData("items.c", "gcc", "char **", "argv")]
    [InlineData("items.c", "gcc", "int", "argc")]
    public void Types_have_the_names_of_the_source(string source, string compiler, string type, string variable)
    {
        using var files = DebugFiles.Open(programs.Compile(compiler, "-O0 -g", source));
        var answer = new DebugInfoReader(files.Sections, files.Sections, null)
            .Answer(new DebugQuery.Lines(source, 1, uint.MaxValue, WithVariables: true));

        Assert.Contains(type, answer.Sites.SelectMany(site => site.Variables).Where(one => one.Name == variable).Select(one => one.Type));
    }

    [Fact]
    public void The_code_of_a_function_has_lines_of_all_that_is_inlined_in_it()
    {
        var path = programs.Compile("gcc", "-O2 -gdwarf-5", "items.c");
        var line = CompiledFolder.Run("nm", "-S", path).Split('\n').Single(one => one.EndsWith(" total", StringComparison.Ordinal));
        var start = Convert.ToUInt64(line[..16], 16);
        var end = start + Convert.ToUInt64(line[17..33], 16);

        var answer = Ask("gcc", "-O2 -gdwarf-5", new DebugQuery.Code(start, end, WithVariables: false));

        Assert.All(answer.Sites, site => Assert.InRange(site.Address, start, end - 1));
        Assert.Contains(answer.Sites, site => site.Place.Line == TwiceLine);
        Assert.Contains(answer.Sites, site => site.Place.Line == PriceLine);
    }

    [Theory]
    [InlineData("-O0 -gdwarf-4", "twice")]
    [InlineData("-O2 -gdwarf-5", "total twice")]
    public void A_function_is_found_by_its_name_wherever_it_was_inlined(string options, string calls)
    {
        var answer = Ask("gcc", options, new DebugQuery.Function("twice", WithVariables: true));

        Assert.All(answer.Sites, site => Assert.Equal(calls, string.Join(' ', site.Calls.Select(call => call.Function))));
        Assert.Contains(answer.Sites, site => site.Place.Line == TwiceLine);
        Assert.All(answer.Sites, site => Assert.Contains(site.Variables, variable => variable.Name == "value"));
        Assert.Empty(Ask("gcc", options, new DebugQuery.Function("thrice", WithVariables: true)).Sites);
    }

    [Theory]
    [InlineData("gcc", "-O0 -gdwarf-4")]
    [InlineData("gcc", "-O2 -gdwarf-4")]
    [InlineData("gcc", "-O2 -gdwarf-5")]
    [InlineData("clang", "-O2 -gdwarf-4")]
    [InlineData("clang", "-O0 -gdwarf-5")]
    [InlineData("clang", "-O2 -gdwarf-5")]
    public void What_the_linker_did_not_take_reads_as_if_it_had(string compiler, string options)
    {
        DebugQuery[] queries =
        [
            new DebugQuery.Files(), new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: true),
            new DebugQuery.Function("twice", WithVariables: true), new DebugQuery.Code(0, ulong.MaxValue, WithVariables: true),
            new DebugQuery.Parameters(
                [new AskedFunction(AddressOf(programs.Compile(compiler, options, "items.c"), "total"), ["count", "items"])], 2)
            {
                TypeNames = ["cart"],
            },
        ];
        foreach (var query in queries)
        {
            var whole = Ask(compiler, options, query);
            Assert.Equal(whole, AskSplit(compiler, options, query, package: null));
            if (PackageOf(compiler, options) is { } package)
            {
                Assert.Equal(whole, AskSplit(compiler, options, query, package));
            }
        }
    }

    /// <summary>binutils knows packages of DWARF 4 alone, and LLVM never ends with some of what gcc writes, such as items.c.</summary>
    [Theory]
    [InlineData("-O0")]
    [InlineData("-O2")]
    public void A_package_of_what_gcc_writes_in_DWARF_5_reads_as_if_the_linker_had_taken_it(string level)
    {
        const string source = "parameters.c";
        var whole = programs.Compile("gcc", $"{level} -gdwarf-5", source);
        var split = programs.Compile("gcc", $"{level} -gdwarf-5 -gsplit-dwarf", source);
        CompiledFolder.Run("llvm-dwp-19", "-e", split, "-o", $"{split}.dwp");
        using var expected = DebugFiles.Open(whole);
        using var program = DebugFiles.Open(split);
        using var package = DebugFiles.OpenSplit($"{split}.dwp");
        DebugQuery[] queries =
        [
            new DebugQuery.Lines(source, 1, uint.MaxValue, WithVariables: true),
            new DebugQuery.Code(0, ulong.MaxValue, WithVariables: true),
        ];
        foreach (var query in queries)
        {
            var answer = new DebugInfoReader(program.Sections, program.Sections, null, [package]).Answer(query);
            Assert.NotEmpty(answer.Sites);
            Assert.Equal(new DebugInfoReader(expected.Sections, expected.Sections, null, []).Answer(query), answer);
        }
    }

    [Fact]
    public void A_file_that_the_question_is_about_and_that_is_not_there_is_asked_for()
    {
        var lines = new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: false);
        var answer = Ask("gcc", "-O1 -gdwarf-5 -gsplit-dwarf", lines);

        Assert.Empty(answer.Sites);
        Assert.EndsWith(".dwo", Assert.Single(answer.Missing).Name, StringComparison.Ordinal);
        Assert.Equal(answer, DebugWire.ReadAnswer(DebugWire.Write(answer)));
        Assert.Empty(Ask("gcc", "-O1 -gdwarf-5 -gsplit-dwarf", new DebugQuery.Files()).Missing);
        Assert.Empty(Ask("gcc", "-O1 -gdwarf-5 -gsplit-dwarf", lines with { File = "other.c" }).Missing);
    }

    [Fact]
    public void A_part_of_another_build_is_not_taken_for_the_missing_one()
    {
        var lines = new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: false);
        var other = Assert.Single(Ask("gcc", "-O2 -gdwarf-5 -gsplit-dwarf", lines).Missing);
        using var program = DebugFiles.Open(programs.Compile("gcc", "-O1 -gdwarf-5 -gsplit-dwarf", "items.c"));
        using var split = DebugFiles.OpenSplit(Path.GetFullPath(other.Name, other.Folder));

        var answer = new DebugInfoReader(program.Sections, program.Sections, null, [split]).Answer(lines);

        Assert.Empty(answer.Sites);
        Assert.Single(answer.Missing);
    }

    [Fact]
    public void Files_are_those_that_have_code() => Assert.Contains(
        Ask("gcc", "-O2 -gdwarf-5", new DebugQuery.Files()).Files, file => file.EndsWith("/items.c", StringComparison.Ordinal));

    [Fact]
    public void An_answer_arrives_as_it_was()
    {
        var answer = Ask("gcc", "-O2 -gdwarf-5", new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: true));
        Assert.Equal(answer, DebugWire.ReadAnswer(DebugWire.Write(answer)));

        DebugQuery[] queries =
        [
            new DebugQuery.Files(), new DebugQuery.Lines("a.c", 1, 2, true), new DebugQuery.Code(1, ulong.MaxValue, false),
            new DebugQuery.Function("f", true),
        ];
        Assert.All(queries, query => Assert.Equal(query, DebugWire.ReadQuery(DebugWire.Write(query))));
    }

    [Fact]
    public void An_answer_that_was_made_to_harm_is_none_or_in_bounds()
    {
        var bytes = DebugWire.Write(Ask("gcc", "-O2 -gdwarf-5", new DebugQuery.Lines("items.c", 1, uint.MaxValue, WithVariables: true)));
        var random = new Random(21);
        for (var round = 0; round < 20_000; round++)
        {
            var changed = (byte[])bytes.Clone();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            var answer = DebugWire.ReadAnswer(changed.AsSpan(0, random.Next(4) == 0 ? random.Next(changed.Length) : changed.Length));
            Assert.All(
                answer?.Sites.SelectMany(site => site.Variables) ?? [],
                variable => Assert.False(variable.Place is LocationPiece.Value { Computed: Expr.Register { Number: > 31 } }));
        }
    }

    [Fact]
    public void An_expression_without_end_is_no_answer()
    {
        byte[] site = [0, 0, 1, 1, 1, (byte)'f', 1, 0, 0, 1, 1, (byte)'v', 0, 0, 1];
        byte[] nested = [.. site, .. Enumerable.Repeat(new byte[] { 3, 0 }, 100_000).SelectMany(two => two)];
        Assert.Null(DebugWire.ReadAnswer(nested));
    }

    private static ulong AddressOf(string path, string function) => Convert.ToUInt64(
        CompiledFolder.Run("nm", path).Split('\n').Single(line => line.EndsWith($" {function}", StringComparison.Ordinal))[..16], 16);

    /// <summary>A package that a tool makes of what the linker did not take; null where none can.</summary>
    private string? PackageOf(string compiler, string options)
    {
        // Of what gcc writes in DWARF 5, no tool makes a package of this program.
        var tool = (compiler, options.Contains("-gdwarf-4", StringComparison.Ordinal)) switch
        {
            ("clang", _) => "llvm-dwp",
            (_, true) => "dwp",
            _ => null,
        };
        var path = programs.Compile(compiler, $"{options} -gsplit-dwarf", "items.c");
        if (tool is not null && !File.Exists($"{path}.dwp"))
        {
            CompiledFolder.Run(tool, "-e", path, "-o", $"{path}.dwp");
        }

        return tool is null ? null : $"{path}.dwp";
    }

    private DebugAnswer AskSplit(string compiler, string options, DebugQuery query, string? package)
    {
        using var files = DebugFiles.Open(programs.Compile(compiler, $"{options} -gsplit-dwarf", "items.c"));
        var paths = package is not null ? [package] : new DebugInfoReader(files.Sections, files.Sections, null).Answer(query).Missing
            .Select(file => Path.GetFullPath(file.Name, file.Folder)).ToArray();
        var split = Array.ConvertAll(paths, DebugFiles.OpenSplit);
        try
        {
            return new DebugInfoReader(files.Sections, files.Sections, null, split).Answer(query);
        }
        finally
        {
            Array.ForEach(split, one => one.Dispose());
        }
    }

    private DebugAnswer Ask(string compiler, string options, DebugQuery query)
    {
        using var files = DebugFiles.Open(programs.Compile(compiler, options, "items.c"));
        return new DebugInfoReader(files.Sections, files.Sections, null).Answer(query);
    }
}
