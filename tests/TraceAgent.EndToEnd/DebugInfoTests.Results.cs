using System.Text.Json.Nodes;

namespace TraceAgent.EndToEnd;

/// <summary>Results are those that the program prints.</summary>
public sealed partial class DebugInfoTests
{
    [Theory]
    [MemberData(nameof(Options))]
    public void Results_have_the_values_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("results", options.Split(' '));

        AssertLogged(
            program,
            ResultRules(program, "small", "pair", "mixed", "together", "large", "real", "longest", "text", "color", "narrow") +
            $"  - {{name: chosen, binary: {program}, symbol: chosen, args: auto, on: call, when: ret.a == 3}}\n");
    }

    [Theory]
    [InlineData("-O0 -gdwarf-5")]
    [InlineData("-O1 -gdwarf-4")]
    [InlineData("-O2 -gdwarf-5")]
    [InlineData("-O3 -gdwarf-4")]
    public void Results_of_C_plus_plus_have_the_values_that_the_program_prints(string options)
    {
        var program = TracedProgram.Compile("results.cpp", options.Split(' '));

        AssertLogged(program, ResultRules(program, "shop::Cart::price", "shop::Cart::owner", "shop::Cart::shared", "shop::Cart::state"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Results_of_Rust_have_the_values_that_the_program_prints(int level)
    {
        var program = TracedProgram.Compile("results.rs", "-g", "-C", $"opt-level={level}");

        AssertLogged(
            program,
            ResultRules(program, "results::pair", "results::narrow", "results::large", "results::color", "results::real"));
    }

    private static IEnumerable<string> ProblemsOfResult(JsonObject line) => (line["problems"]?.AsObject() ?? [])
        .Where(one => one.Key.StartsWith("ret", StringComparison.Ordinal)).Select(one => $"{one.Key}: {one.Value}");

    /// <summary>Rules for calls, each under the last part of its function's name.</summary>
    private static string ResultRules(string program, params string[] functions) => "rules:\n" + string.Concat(functions.Select(function =>
        $"  - {{name: {function[(function.LastIndexOf(':') + 1)..]}, binary: {program}, symbol: '{function}', args: auto, on: call}}\n"));
}
