using TraceAgent.Capture;

namespace TraceAgent.Symbols.Tests;

public class ResolvingSymbols
{
    [Theory]
    [InlineData("/bin/bash", "readline")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", "open")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", "malloc")]
    public void A_function_of_a_system_binary_is_found(string path, string name)
    {
        using var image = ElfImage.TryOpen(path, out var problem);
        Assert.Null(problem);
        var resolution = SiteResolver.Resolve(image!, path, new Location.Symbol(name, 0), needsReturn: true, capturesArguments: true);
        Assert.Empty(resolution.Problems);
        var site = Assert.Single(resolution.Sites);
        Assert.Equal(name, site.DisplayName);
    }
}
