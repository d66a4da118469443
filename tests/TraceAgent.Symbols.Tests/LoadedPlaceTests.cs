using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Shared.Tests;
using TraceAgent.Symbols.Loading;

namespace TraceAgent.Symbols.Tests;

/// <summary>Where variables of a file are in a process, as the file shows it.</summary>
public sealed class LoadedPlaceTests : CompiledFolder
{
    private const string Source = """
        int shared = 1;
        __attribute__((visibility("hidden"))) int hidden = 2;
        __thread long first MODEL = 3;
        static __thread long second MODEL = 4;
        __thread int other;
        int work(int n) { shared += n; hidden += n; first += n; second += n; return hidden; }
        int main(void) { return work(1) + other; }
        """;

    [Fact]
    public void A_variable_of_a_program_is_as_far_from_its_code_as_in_the_file()
    {
        var program = Compile("-O1", "-pie", "-fPIE");

        Assert.Equal($"load address + 0x{InFile(program, "shared"):x}", Place(program, Static(program, "shared")));
    }

    [Fact]
    public void A_program_at_fixed_addresses_has_it_at_its_own()
    {
        var program = Compile("-O1", "-no-pie");

        Assert.Equal($"0x{CompiledPrograms.AddressOf(program, "shared"):x}", Place(program, Static(program, "shared")));
    }

    [Fact]
    public void A_variable_that_a_program_may_have_a_copy_of_is_where_the_library_looks_for_it()
    {
        var library = Compile("-O1", "-shared", "-fPIC");

        Assert.Matches(@"^\*\(uint64\*\)\(load address \+ 0x[0-9a-f]+\)$", Place(library, Static(library, "shared")));
        Assert.Equal($"load address + 0x{InFile(library, "hidden"):x}", Place(library, Static(library, "hidden")));
    }

    [Theory]
    [InlineData("-pie", "-fPIE")]
    [InlineData("-no-pie", "-fno-pie")]
    [InlineData("-static-pie", "-fPIE")]
    public void The_block_of_a_program_ends_at_the_thread_pointer(params string[] options)
    {
        var program = Compile(["-O1", "-nostartfiles", "-Wl,-e,main", .. options]);

        // 8 + 8 + 4 bytes, aligned to 8: 24.
        var first = CompiledPrograms.AddressOf(program, "first");
        Assert.Equal($"thread pointer - {24 - first}", Place(program, new LocationPiece.ThreadLocal(first)));
    }

    [Fact]
    public void What_a_library_adds_to_the_thread_pointer_is_in_a_place_that_the_loader_fills_in()
    {
        var library = Compile("-O1", "-shared", "-fPIC", "-DMODEL=__attribute__((tls_model(\"initial-exec\")))");

        var own = Place(library, Thread(library, "first"));
        var second = Place(library, Thread(library, "second"));
        var other = Place(library, Thread(library, "other"));

        Assert.Matches(@"^thread pointer \+ \*\(uint64\*\)\(load address \+ 0x[0-9a-f]+\)$", own);
        Assert.StartsWith("thread pointer + *(uint64*)(load address + 0x", second, StringComparison.Ordinal);
        Assert.NotEqual(own, second);
        Assert.StartsWith("(thread pointer + *(uint64*)(load address + 0x", other, StringComparison.Ordinal);
    }

    [Fact]
    public void Else_the_vector_of_the_thread_has_its_block()
    {
        var library = Compile("-O1", "-shared", "-fPIC");
        var offset = CompiledPrograms.AddressOf(library, "second");

        var place = Place(library, Thread(library, "second"));

        Assert.Matches(
            @"^\(\*\(uint64\*\)\(\*\(uint64\*\)\(thread pointer \+ 8\) \+ \(\*\(uint64\*\)\(load address \+ 0x[0-9a-f]+\) \* 16\)\) \* " +
            @"\(\*\(uint64\*\)\(load address \+ 0x[0-9a-f]+\) <= \*\(uint64\*\)\(\*\(uint64\*\)\(thread pointer \+ 8\) - 16\)\)\)" +
            (offset == 0 ? "" : $@" \+ {offset}") + "$",
            offset == 0 ? $"({place})" : place);
    }

    [Theory]
    [InlineData("TLS descriptors", "-shared", "-fPIC", "-mtls-dialect=gnu2")]
    [InlineData("only glibc's table", "-shared", "-fPIC", "-nostdlib")]
    public void Where_that_is_not_known_the_reason_is_said(string reason, params string[] options)
    {
        var library = Compile(["-O1", .. options]);

        Assert.Contains(reason, WhyNot(library, Thread(library, "second")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_outside_of_the_block_is_none()
    {
        var program = Compile("-O1", "-pie", "-fPIE");

        Assert.Contains("no place for variables of threads", WhyNot(program, new LocationPiece.ThreadLocal(24)), StringComparison.Ordinal);
    }

    private static LocationPiece.Static Static(string path, string name) => new(CompiledPrograms.AddressOf(path, name));

    private static LocationPiece.ThreadLocal Thread(string path, string name) => new(CompiledPrograms.AddressOf(path, name));

    private static string Place(string path, LocationPiece place)
    {
        var found = Of(path, place, out var whyMissing);
        Assert.Null(whyMissing);
        return new ExprText(Architecture.X64, []).Of(Assert.IsType<LocationPiece.Memory>(found).Address);
    }

    private static string WhyNot(string path, LocationPiece place)
    {
        Assert.IsType<LocationPiece.Missing>(Of(path, place, out var whyMissing));
        return whyMissing!;
    }

    private static LocationPiece Of(string path, LocationPiece place, out string? whyMissing)
    {
        var site = Resolving.Resolve(path, Resolving.Symbol("work")).Sites[0];
        using var image = Resolving.Open(path);
        return LoadedPlace.Of(image, site, place, out whyMissing);
    }

    /// <summary>Where a variable would be if the file lay in memory as its code does, bytes from its start.</summary>
    private static ulong InFile(string path, string name)
    {
        var site = Resolving.Resolve(path, Resolving.Symbol("work")).Sites[0];
        return CompiledPrograms.AddressOf(path, name) - (site.Address - site.FileOffset);
    }

    private string Compile(params string[] options)
    {
        var path = At("compiled");
        File.WriteAllText(At("source.c"), Source);
        string[] model = options.Any(option => option.StartsWith("-DMODEL", StringComparison.Ordinal)) ? [] : ["-DMODEL="];
        Run("gcc", [.. options, .. model, "-g", "-o", path, At("source.c")]);
        return path;
    }
}
