using System.Diagnostics;
using TraceAgent.Symbols.Functions;
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
        Run("strip", "-o", Stripped, Whole);
        Run("strip", "-o", IndependentStripped, Independent);
    }

    public string Whole => Path.Combine(_folder, "server");

    public string Stripped => Path.Combine(_folder, "stripped");

    public string Independent => Path.Combine(_folder, "independent");

    public string IndependentStripped => Path.Combine(_folder, "independent-stripped");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Build(string program, string mode)
    {
        var start = new ProcessStartInfo("go", ["build", $"-buildmode={mode}", "-o", program, Source("server.go")])
        {
            RedirectStandardError = true,
        };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["CGO_ENABLED"] = "0";
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

        Assert.Equal(["main.(*Server).handle"], FunctionList.Of(image, "/srv/shop/test", "main.(*Server).*", most: 10).Functions.Select(
            function => function.Name));
    }

    /// <summary>The table of the runtime has no assembler labels; of the functions of the program and of the runtime it has all.</summary>
    private static List<(string Name, ulong Address)> GoFunctions(string path)
    {
        using var image = Open(path);
        var list = FunctionList.Of(image, path, "*", most: int.MaxValue);
        Assert.Null(list.Problem);
        var functions = list.Functions.Where(function => function.Symbol.StartsWith("main.", StringComparison.Ordinal))
            .Select(function => (function.Symbol, function.Address)).ToList();
        Assert.Contains("main.(*Server).handle", functions.Select(function => function.Symbol));
        return functions;
    }
}
