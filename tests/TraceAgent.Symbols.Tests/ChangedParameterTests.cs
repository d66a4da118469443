using TraceAgent.Capture;
using TraceAgent.Symbols.Functions;
using TraceAgent.Symbols.Sites;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>Functions whose parameters the compiler may have changed.</summary>
public sealed class ChangedParameterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-changed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("gcc", "-O2", true)]
    [InlineData("gcc", "-O0", false)]
    [InlineData("clang", "-O2", true)]
    [InlineData("clang", "-O0", false)]
    public void A_local_function_of_C_is_doubted_where_it_was_optimised(string compiler, string level, bool isDoubted)
    {
        var program = Compile(
            "main.c",
            compiler,
            level,
            "static __attribute__((noinline)) int narrow(int unused, int n, int *p) { "
                + "(void)unused; volatile int k = n + *p; return k; }\n"
                + "int main(int argc, char **argv) { (void)argv; "
                + "return narrow(1, argc, &argc) + narrow(2, argc + 1, &argc); }\n");

        Assert.Equal(
            isDoubted,
            IsDoubted(program, Run("nm", program).Split('\n').First(line => line.Contains("narrow", StringComparison.Ordinal))
                .Split(' ')[^1]));
    }

    [Theory]
    [InlineData("-Copt-level=2", true)]
    [InlineData("-Copt-level=0", false)]
    public void A_local_function_of_Rust_is_doubted_where_it_was_optimised(string level, bool isDoubted)
    {
        var program = Compile(
            "main.rs",
            "rustc",
            level,
            "#[inline(never)] fn narrow(n: i64, p: &i64) -> i64 { std::hint::black_box(n + *p) }\n"
                + "fn main() { let a = std::env::args().count() as i64; println!(\"{}\", narrow(a, &a)); }\n");

        Assert.Equal(
            isDoubted,
            IsDoubted(program, Run("nm", program).Split('\n').First(line => line.Contains("6narrow", StringComparison.Ordinal))
                .Split(' ')[^1]));
    }

    private const string Callers = "int main(int argc, char **argv) { return wide(argc, 42, &argc, argv[0]); }\n";

    [Theory]
    [InlineData("int wide(int a, int b, int *p, char *s) { volatile int k = a + *p; return k; }", "b", "s")]
    [InlineData("int wide(int a, int b, int *p, char *s) { if (a) return *p; puts(s); return a; }", "b")]
    [InlineData("int wide(int a, int b, int *p, char *s) { puts(\"x\"); return a + b + *p + *s; }")]
    [InlineData("int wide(int a, int b, int *p, char *s) { puts(\"x\"); return a; }", "b", "p", "s")]
    [InlineData(
        "NI int deep(int a, int b) { return a ? deep(a - 1, b + a) : b; }\n"
            + "int wide(int a, int b, int *p, char *s) { return deep(a, b); }", "p", "s")]
    [InlineData(
        "NI int deep(int a) { return printf(\"%d\", a); }\n"
            + "int wide(int a, int b, int *p, char *s) { return deep(a); }", "b", "p", "s")]
    [InlineData("NI int two(int x, int y) { return printf(\"%d%d\", x, y); }\n"
        + "int wide(int a, int b, int *p, char *s) { switch (a) { case 0: return *p; case 1: return two(1, 7) + a; "
        + "case 2: return two(2, 8) * a; case 3: return two(3, 9) - a; case 4: return two(4, *s) + 4; case 5: return two(5, 6) + 9; } "
        + "return *s; }", "b")]
    [InlineData("int wide(int a, int b, int *p, char *s) { switch (a) { case 0: return *p; case 1: return puts(\"a\"); "
        + "case 2: return puts(\"b\"); "
        + "case 3: return puts(\"c\"); case 4: return puts(\"d\") + 4; case 5: return puts(\"e\") + 9; } return *s; }", "b")]
    public void An_argument_that_a_global_function_of_clang_does_not_read_is_doubted(string function, params string[] doubted)
    {
        var program = Compile(
            "main.c", "clang", "-O2", $"#include <stdio.h>\n#define NI __attribute__((noinline))\nNI {function}\n{Callers}");

        Assert.Equal(doubted, DoubtedOf(program, "wide", "a", "b", "p", "s"));
    }

    [Theory]
    [InlineData("gcc", "-O2")]
    [InlineData("clang", "-O0")]
    public void GCC_and_code_without_optimisation_pass_what_a_global_function_does_not_read(string compiler, string level)
    {
        var program = Compile(
            "main.c",
            compiler,
            level,
            "__attribute__((noinline)) int wide(int a, int b, int *p, char *s) { return a; }\n" + Callers);

        Assert.Empty(DoubtedOf(program, "wide", "a", "b", "p", "s"));
    }

    [Theory]
    [InlineData("-Copt-level=2", "unused")]
    [InlineData("-Copt-level=0")]
    public void An_argument_that_an_exported_function_of_Rust_does_not_read_is_doubted(string level, params string[] doubted)
    {
        var program = Compile(
            "main.rs",
            "rustc",
            level,
            "#[inline(never)] #[no_mangle] pub extern \"C\" fn wide(n: i64, _: i64) -> i64 { std::hint::black_box(n) }\n"
                + "fn main() { let a = std::env::args().count() as i64; println!(\"{}\", wide(a, 42)); }\n");

        Assert.Equal(doubted, DoubtedOf(program, "wide", "n", "unused"));
    }

    [Fact]
    public void An_argument_on_the_stack_is_never_surely_read()
    {
        var program = Compile(
            "main.c",
            "clang",
            "-O2",
            "__attribute__((noinline)) int wide(int a, int b, int c, int d, int e, int f, int g) { return a + b + c + d + e + f + g; }\n"
                + "int main(int argc, char **argv) { (void)argv; return wide(argc, 1, 2, 3, 4, 5, 6); }\n");

        Assert.Equal(["g"], DoubtedOf(program, "wide", "a", "b", "c", "d", "e", "f", "g"));
    }

    [Fact]
    public void A_global_function_keeps_its_parameters()
    {
        var program = Compile(
            "main.c",
            "clang",
            "-O2",
            "__attribute__((noinline)) int wide(int n) { volatile int k = n; return k; }\n"
                + "int main(int argc, char **argv) { (void)argv; return wide(argc); }\n");

        Assert.False(IsDoubted(program, "wide"));
    }

    [Theory]
    [InlineData("main.largest[go.shape.int_0]", 19, 0, false)]
    [InlineData("main.largest[go.shape.int]", 22, 0, false)]
    [InlineData("main.(*stack[go.shape.int_0]).push", 19, 0, false)]
    [InlineData("main.(*stack[go.shape.int]).push", 22, 1, false)]
    [InlineData("main.(*stack[go.shape.int]).push", null, 1, false)]
    [InlineData("main.box[go.shape.string_0].sum", 18, 0, false)]
    [InlineData("main.box[go.shape.string].sum", 20, null, true)]
    [InlineData("main.first[go.shape.struct { X int; Y []int }]", 21, 0, false)]
    [InlineData("main.largest[...]", 19, 0, false)]
    [InlineData("main.(*stack[...]).push", 18, 0, false)]
    [InlineData("main.(*stack[int]).push", 22, null, false)]
    [InlineData("main.apply[go.shape.int].func1", 22, null, false)]
    [InlineData("main.apply[go.shape.int_0].func1.2", 19, null, false)]
    [InlineData("main.(*pair[go.shape.string,go.shape.int]).get.func1", 22, null, false)]
    [InlineData("main.(*stack[go.shape.int]).push-fm", 22, null, false)]
    [InlineData("main.each[go.shape.int].gowrap1", 22, null, false)]
    [InlineData("main.handle", 22, null, false)]
    public void The_name_and_the_version_of_Go_say_where_the_dictionary_is(string name, int? minor, int? word, bool isUncertain)
    {
        Assert.Equal(word, GoGenerics.DictionaryWord(name, minor, out var uncertain));
        Assert.Equal(isUncertain, uncertain);
    }

    private static bool IsDoubted(string program, string symbol) =>
        Resolve(program, Symbol(symbol), arguments: 1).Problems.Any(problem => problem.Code == SiteCodes.ParametersChanged);

    /// <summary>The arguments of <paramref name="names"/> that a warning says may not be passed.</summary>
    private static IEnumerable<string> DoubtedOf(string program, string symbol, params string[] names)
    {
        using var image = Open(program);
        var problems = SiteResolver.Resolve(image, "/srv/shop/test", Symbol(symbol), new SiteRequest
        {
            Arguments = names.Select((name, word) => new AskedArgument(name, word)).ToEquatableArray(),
        }).Problems;
        return names.Where(name => problems.Any(
            problem => problem.Code == SiteCodes.ParametersChanged && problem.Message.Contains($"'{name}'", StringComparison.Ordinal)));
    }

    private string Compile(string name, string compiler, string level, string source)
    {
        var file = Path.Combine(_folder, name);
        var program = Path.Combine(_folder, "program");
        File.WriteAllText(file, source);
        Run(compiler, level, "-o", program, file);
        return program;
    }
}
