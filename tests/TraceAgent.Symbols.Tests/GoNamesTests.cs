using System.Diagnostics;
using TraceAgent.Symbols.Functions;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Go programs made by Go, with and without symbols.</summary>
public sealed class GoPrograms : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-go-").FullName;

    public GoPrograms()
    {
        Build(Whole, "exe");
        Build(Independent, "pie");
        Build(Shapes, "exe");
        Run("strip", "-o", ShapesStripped, Shapes);
        Run("strip", "-o", Stripped, Whole);
        Run("strip", "-o", IndependentStripped, Independent);
        foreach (var mode in new[] { "exe", "pie" })
        {
            Build(WithC(mode), mode, "-ldflags=-linkmode=external");
            Run("strip", "-o", WithCStripped(mode), WithC(mode));
        }
    }

    public string Whole => Path.Combine(_folder, "server");

    public string Stripped => Path.Combine(_folder, "stripped");

    public string Independent => Path.Combine(_folder, "independent");

    public string IndependentStripped => Path.Combine(_folder, "independent-stripped");

    /// <summary>With generic functions.</summary>
    public string Shapes => Path.Combine(_folder, "shapes");

    public string ShapesStripped => Path.Combine(_folder, "shapes-stripped");

    /// <summary>Linked by the C compiler, whose start-up code begins the process.</summary>
    public string WithC(string mode) => Path.Combine(_folder, $"with-c-{mode}");

    public string WithCStripped(string mode) => Path.Combine(_folder, $"with-c-{mode}-stripped");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Build(string program, string mode, params string[] options)
    {
        var source = Source(program == Shapes ? "shapes.go" : "server.go");
        var start = new ProcessStartInfo("go", ["build", $"-buildmode={mode}", .. options, "-o", program, source])
        {
            RedirectStandardError = true,
        };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["CGO_ENABLED"] = options.Length > 0 ? "1" : "0";
        start.Environment["GOCACHE"] = Path.Combine(_folder, "cache");
        start.Environment["GOPATH"] = Path.Combine(_folder, "path");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}

public class GoNamesTests(GoPrograms programs) : IClassFixture<GoPrograms>
{
    [Fact]
    public void A_stripped_Go_program_names_its_functions_as_the_whole_one() =>
        Assert.Equal(GoFunctions(programs.Whole), GoFunctions(programs.Stripped));

    [Fact]
    public void A_position_independent_one_does_too() =>
        Assert.Equal(GoFunctions(programs.Independent), GoFunctions(programs.IndependentStripped));

    [Theory]
    [InlineData("exe")]
    [InlineData("pie")]
    public void So_does_one_that_begins_with_start_up_code_of_C(string mode) =>
        Assert.Equal(GoFunctions(programs.WithC(mode)), GoFunctions(programs.WithCStripped(mode)));

    [Theory]
    [InlineData("main.largest", "main.largest[go.shape.float64_0], main.largest[go.shape.int_0]")]
    [InlineData("main.largest[...]", "main.largest[go.shape.float64_0], main.largest[go.shape.int_0]")]
    [InlineData("main.largest[go.shape.int_0]", "main.largest[go.shape.int_0]")]
    [InlineData("main.(*stack).push", Push)]
    [InlineData("main.(*stack[...]).push", Push)]
    [InlineData(Push, Push)]
    [InlineData("main.coldStart", "main.coldStart")]
    [InlineData("main.cold*", "main.coldStart")]
    public void A_generic_function_is_found_by_the_name_that_the_source_has_and_by_those_that_nm_has(string name, string found)
    {
        var resolution = Resolve(programs.Shapes, Symbol(name), needsReturn: true);

        Assert.Empty(resolution.Problems);
        Assert.Equal(found, string.Join(", ", resolution.Sites.Select(site => site.DisplayName).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("main.largest", 2)]
    [InlineData("main.largest[...]", 2)]
    [InlineData("main.(*stack).push", 1)]
    public void In_a_stripped_program_too(string name, int count) =>
        Assert.Equal(count, Resolve(programs.ShapesStripped, Symbol(name)).Sites.Count);

    [Fact]
    public void A_mistyped_method_gets_its_suggestion() =>
        Resolve(programs.Shapes, Symbol("main.(*Server).handel")).IsRefused(
            SiteCodes.SymbolNotFound, "symbol 'main.(*Server).handel' not found in /srv/shop/test",
            "did you mean 'main.(*Server).handle'?");

    private const string Push = "main.(*stack[go.shape.struct { main.x int; main.y int }_0]).push";

    [Theory]
    [InlineData("main.larges", false, "main.largest")]
    [InlineData("main.larges", true, "main.largest")]
    [InlineData("main.largst[...]", false, "main.largest")]
    [InlineData("main.(*stack).pus", false, "main.(*stack).push")]
    [InlineData("main.(*stack).pus", true, "main.(*stack).push")]
    public void So_does_a_mistyped_generic_function_as_the_source_has_it(string name, bool isStripped, string suggested)
    {
        var resolution = Resolve(isStripped ? programs.ShapesStripped : programs.Shapes, Symbol(name));

        Assert.Equal($"did you mean '{suggested}'?", Assert.Single(resolution.Problems).Hint);
    }

    [Fact]
    public void A_method_is_found_by_the_name_that_Go_gives_it()
    {
        var site = Resolve(programs.Stripped, Symbol("main.(*Server).handle", 0x3)).OnlySite();

        Assert.Equal(AddressOf(programs.Whole, "main.(*Server).handle") + 3, site.Address);
        Assert.Equal("main.(*Server).handle+0x3", site.DisplayName);
    }

    [Fact]
    public void A_pattern_fits_methods()
    {
        using var image = Open(programs.Stripped);

        Assert.Equal(["main.(*Server).handle"], FunctionList.Of(image, "/srv/shop/test", "main.(*Server).*", max: 10).Functions.Select(
            function => function.Name));
    }

    /// <summary>The table of the runtime has no assembler labels; of the functions of the program and of the runtime it has all.</summary>
    private static List<(string Name, ulong Address)> GoFunctions(string path)
    {
        using var image = Open(path);
        var list = FunctionList.Of(image, path, "*", max: int.MaxValue);
        Assert.Null(list.Problem);
        var functions = list.Functions.Where(function => function.Symbol.StartsWith("main.", StringComparison.Ordinal))
            .Select(function => (function.Symbol, function.Address)).ToList();
        Assert.Contains("main.(*Server).handle", functions.Select(function => function.Symbol));
        return functions;
    }
}
