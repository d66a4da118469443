using TraceAgent.Capture.Places;
using static TraceAgent.Shared.Tests.CompiledFolder;
using static TraceAgent.Symbols.Tests.CompiledPrograms;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>The probes that tell a jump to a function from a call of it.</summary>
public sealed class ExitGuardTests : IDisposable
{
    private const string Functions = """
        #define F __attribute__((noipa)) long
        volatile long sink;
        F last(long v) { sink = v; return v * 2; }
        F middle(long v) { sink = v; return last(v + 1); }
        F first(long v) { sink = v; return middle(v + 1); }

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-guards-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("-pie")]
    [InlineData("-no-pie")]
    public void Functions_that_one_place_may_call_by_a_pointer_are_guarded_at_their_entries_and_at_jumps_between_them(string form)
    {
        var site = SiteOf("long (*all[])(long) = {first, middle};\nint main(int n, char **v) { return all[n & 1](n); }\n", form);

        Assert.Equal(2, site.Exits.Count(exit => exit.Form is { Kind: ExitKind.Arrive, IsFirst: true }));
        Assert.Equal(2, site.Exits.Count(exit => exit.Form.Kind == ExitKind.Leave));
    }

    [Fact]
    public void An_address_in_the_code_is_a_pointer_too()
    {
        var site = SiteOf("int main(int n, char **v) { long (*one)(long) = n & 1 ? first : last; return one(n); }\n", "-pie");

        Assert.Equal(2, site.Exits.Count(exit => exit.Form.Kind == ExitKind.Arrive));
    }

    [Theory]
    [InlineData("int main(int n, char **v) { return first(n) + middle(n) + last(n); }\n")]
    [InlineData("long (*one)(long) = first;\nint main(int n, char **v) { return one(n) + middle(n) + last(n); }\n")]
    public void Functions_that_only_direct_calls_lead_to_are_not_guarded(string main)
    {
        var site = SiteOf(main, "-pie");

        Assert.DoesNotContain(site.Exits, exit => exit.Form.Kind == ExitKind.Arrive);
        Assert.Single(site.Exits, exit => exit.Form.Kind == ExitKind.Leave);
    }

    private ProbeSite SiteOf(string main, string form)
    {
        var source = Path.Combine(_folder, "main.c");
        var program = Path.Combine(_folder, "program");
        File.WriteAllText(source, Functions + main);
        Run("gcc", "-O2", form, form == "-pie" ? "-fPIE" : "-fno-pie", "-o", program, source);
        return Resolve(program, Symbol("first"), needsReturn: true).Sites[0];
    }
}
