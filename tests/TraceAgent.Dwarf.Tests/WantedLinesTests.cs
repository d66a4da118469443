using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Service;
using TraceAgent.Shared.Tests;

namespace TraceAgent.Dwarf.Tests;

/// <summary>The places and variables of lines that rules name.</summary>
public class WantedLinesTests(DebugPrograms programs) : IClassFixture<DebugPrograms>
{
    // In Programs/items.c.
    private const uint TotalLine = 21;
    private const uint SumLine = 23;
    private const uint PriceLine = 25;
    private const uint AfterPriceLine = 26;

    [Theory]
    [InlineData("gcc", "-O0 -gdwarf-4")]
    [InlineData("gcc", "-O2 -gdwarf-5")]
    [InlineData("clang", "-O2 -gdwarf-5")]
    public void Each_line_has_its_places_and_the_variables_that_it_names(string compiler, string options)
    {
        var answer = Ask(
            compiler, options,
            Line("items.c", AfterPriceLine) with { Variables = new WantedVariables(["price", "items"], false, false) },
            Line("items.c", PriceLine));

        Assert.Contains(answer.Sites, site => site.Wanted == 1);
        var site = answer.Sites.First(one => one.Wanted == 0);
        Assert.Equal(["price", "items"], site.Variables.Select(variable => variable.Name));
        Assert.Contains("count", site.Others);
        var items = Assert.IsType<TypeShape.Pointer>(answer.Types.At(site.Variables[1].Shape!.Value));
        Assert.Equal("struct item", answer.Types.At(items.Target!.Value).Name);
        Assert.Empty(answer.Sites.First(one => one.Wanted == 1).Variables);
    }

    [Fact]
    public void A_variable_that_is_declared_on_the_line_has_no_value_yet()
    {
        var answer = Ask(
            "gcc", "-O0 -gdwarf-5", Line("items.c", PriceLine) with { Variables = new WantedVariables(["price", "sum"], false, false) });

        var price = answer.Sites[0].Variables.Single(variable => variable.Name == "price");
        Assert.Equal(new LocationPiece.Missing(MissingReason.NotLive), price.Place);
        Assert.All(price.Lives, lines => Assert.True(lines.First > PriceLine));
        Assert.NotEmpty(price.Lives);
        Assert.IsType<LocationPiece.Memory>(answer.Sites[0].Variables.Single(variable => variable.Name == "sum").Place);
    }

    [Fact]
    public void Groups_are_the_parameters_and_the_other_variables_of_the_function()
    {
        var answer = Ask(
            "gcc", "-O0 -gdwarf-5",
            Line("items.c", AfterPriceLine) with { Variables = new WantedVariables([], AllParameters: true, AllLocals: false) },
            Line("items.c", AfterPriceLine) with { Variables = new WantedVariables([], AllParameters: false, AllLocals: true) });

        Assert.Equal(["items", "count"], answer.Sites.First(site => site.Wanted == 0).Variables.Select(variable => variable.Name));
        Assert.Equal(["price", "i", "sum"], answer.Sites.First(site => site.Wanted == 1).Variables.Select(variable => variable.Name));
    }

    [Theory]
    [InlineData("gcc", "-O0 -gdwarf-5", true)]
    [InlineData("gcc", "-O2 -gdwarf-5", false)]
    public void A_line_is_counted_from_the_start_of_a_function(string compiler, string options, bool hasEntry)
    {
        var path = programs.Compile(compiler, options, "items.c");
        var entry = Convert.ToUInt64(
            CompiledFolder.Run("nm", path).Split('\n').Single(line => line.EndsWith(" total", StringComparison.Ordinal))[..16], 16);

        var answer = Ask(compiler, options, Line("total", AfterPriceLine - TotalLine) with
        {
            IsOfFunction = true,
            Entries = hasEntry ? [entry] : [],
        });

        Assert.Equal(AfterPriceLine, answer.Lines[0].Line);
        Assert.All(answer.Sites, site => Assert.Equal((AfterPriceLine, "total"), (site.Place.Line, site.Calls[^1].Function)));
        Assert.NotEmpty(answer.Sites);
    }

    [Fact]
    public void A_line_without_code_names_the_nearest_and_the_next_one_stands_for_it_when_asked()
    {
        const uint comment = 1;
        var answer = Ask(
            "gcc", "-O0 -gdwarf-5", Line("items.c", comment), Line("items.c", comment) with { TakesNext = true }, Line("nothing.c", 5));

        Assert.DoesNotContain(answer.Sites, site => site.Wanted is 0 or 2);
        Assert.All(answer.Lines[0].Nearest, line => Assert.True(line > comment));
        Assert.Equal(2, answer.Lines[0].Nearest.Count);
        Assert.Equal(answer.Lines[0].Nearest[0], answer.Sites.Single(site => site.Wanted == 1).Place.Line);
        Assert.Empty(answer.Lines[2].Files);
    }

    [Fact]
    public void Nothing_of_an_inlined_function_is_taken_for_one_that_it_was_inlined_into()
    {
        var answer = Ask(
            "gcc", "-O2 -gdwarf-5",
            [.. Enumerable.Range(1, 50).Select(line => Line("items.c", (uint)line) with
            {
                Variables = new WantedVariables([], AllParameters: true, AllLocals: true),
            })]);

        foreach (var site in answer.Sites)
        {
            var function = site.Calls[^1].Function;
            string[] known = function switch
            {
                "twice" => ["value", "doubled"],
                "total" => ["items", "count", "sum", "i", "price", "more"],
                _ => ["argc", "argv", "items"],
            };
            Assert.All(site.Variables, variable => Assert.Contains(variable.Name, known));
            Assert.Equal(site.Place.Line is >= 15 and <= 19, function == "twice");
            Assert.Equal(site.Place.Line is >= TotalLine and <= 36, function == "total");
        }

        Assert.Contains(answer.Sites, site => site.Place.Line == SumLine);
    }

    [Theory]
    [InlineData("-O0 -gdwarf-5")]
    [InlineData("-O2 -gdwarf-4")]
    public void Names_that_are_no_variables_there_are_found_in_the_file(string options)
    {
        var answer = Ask("gcc", options, Line("items.c", AfterPriceLine) with
        {
            Variables = new WantedVariables(["sold", "depth", "sum"], false, false),
        });

        var site = answer.Sites[0];
        Assert.Equal(["sum"], site.Variables.Select(variable => variable.Name));
        Assert.Equal(["depth", "sold"], site.Statics.Select(variable => variable.Name).Order());
        Assert.IsType<LocationPiece.Static>(site.Statics.Single(variable => variable.Name == "sold").Place);
        Assert.IsType<LocationPiece.ThreadLocal>(site.Statics.Single(variable => variable.Name == "depth").Place);
    }

    [Fact]
    public void A_line_without_code_shows_no_value_that_a_later_line_gives()
    {
        const uint second = 5;
        using var files = DebugFiles.Open(programs.Compile("gcc", "-O2 -gdwarf-5", "steps.c"));
        var both = new WantedVariables(["step", "count"], false, false);
        var answer = new DebugInfoReader(files.Sections, files.Sections, null).Answer(new DebugQuery.Wanted(
            [Line("steps.c", second) with { Variables = both }, Line("steps.c", second + 1) with { Variables = both }], 1));

        var (before, after) = (answer.Sites.Single(site => site.Wanted == 0), answer.Sites.Single(site => site.Wanted == 1));
        Assert.Equal(before.Address, after.Address);
        Assert.Equal(new LocationPiece.Value(new Expr.Constant(7)), Place(after, "step"));
        Assert.Equal(new LocationPiece.Missing(MissingReason.NotLive), Place(before, "step"));
        Assert.Equal(Place(after, "count"), Place(before, "count"));
        Assert.IsType<LocationPiece.Value>(Place(after, "count"));

        static LocationPiece Place(LineSite site, string name) => site.Variables.Single(variable => variable.Name == name).Place;
    }

    [Fact]
    public void Questions_and_answers_are_the_same_at_the_other_end()
    {
        var wanted = Line("total", 4) with
        {
            IsOfFunction = true,
            Entries = [1, ulong.MaxValue],
            Column = 7,
            TakesNext = true,
            Variables = new WantedVariables(["a", "b"], true, false),
        };
        var query = new DebugQuery.Wanted([wanted, Line("a.c", 1)], 12) { TypeNames = ["struct item"] };
        Assert.Equal(query, DebugWire.ReadQuery(DebugWire.Write(query)));

        var answer = Ask(
            "gcc", "-O2 -gdwarf-5",
            Line("items.c", AfterPriceLine) with { Variables = new WantedVariables(["i", "sold"], true, true) }, wanted);
        var read = DebugWire.ReadAnswer(DebugWire.Write(answer))!;
        Assert.Equal(answer.Sites, read.Sites);
        Assert.Equal(answer.Lines, read.Lines);
        Assert.Equal(answer.Types, read.Types);
    }

    private static WantedLine Line(string name, uint line) => new(name, line);

    private DebugAnswer Ask(string compiler, string options, params WantedLine[] lines)
    {
        using var files = DebugFiles.Open(programs.Compile(compiler, options, "items.c"));
        return new DebugInfoReader(files.Sections, files.Sections, null).Answer(new DebugQuery.Wanted([.. lines], 6));
    }
}
