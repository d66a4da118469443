using TraceAgent.Engine.Resolving;
using TraceAgent.Symbols;
using TraceAgent.Symbols.Binaries;

namespace TraceAgent.Engine.Tests.Targets;

public class OwningLibraryTests
{
    [Theory]
    [InlineData("/bin/bash", "fopen", "libc.so.6")]
    [InlineData("/usr/bin/openssl", "SSL_write", "libssl.so.3")]
    [InlineData("/usr/bin/openssl", "__errno_location", "libc.so.6")]
    public void A_library_that_the_program_needs_is_named(string program, string function, string library) =>
        Assert.Equal($"{library} has it: write `binary: {library}`", HintFor(program, function));

    [Fact]
    public void Where_no_library_has_the_function_the_hint_stays() =>
        Assert.Equal("as it was", HintFor("/bin/bash", "no_such_function"));

    private static string? HintFor(string program, string function)
    {
        using var image = ElfImage.TryOpen(program, out _);
        return OwningLibrary.Named(new SiteProblem(SiteCodes.Imported, Refused: true, "", "as it was"), image!, function).Hint;
    }
}
