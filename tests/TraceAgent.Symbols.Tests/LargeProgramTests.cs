using TraceAgent.Symbols.Sites;
using static TraceAgent.Symbols.Tests.Resolving;

namespace TraceAgent.Symbols.Tests;

/// <summary>A million symbols. That this is quick enough is for whoever runs the tests to notice.</summary>
public sealed class LargeProgramTests : IDisposable
{
    private const int Functions = 1_000_000;

    private readonly string _path = Path.GetTempFileName();

    public LargeProgramTests() => LargeProgram.Write(_path, Functions);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Names_and_patterns_are_found_among_a_million()
    {
        using var image = Open(_path);

        Assert.Equal("worker_99998", Resolve("worker_99998").OnlySite().DisplayName);
        Assert.Equal(3, Resolve("shop::Cart::add").Sites.Count);
        Assert.Equal("shop::Cart::add(int)", Resolve("shop::Cart::add(int)").OnlySite().DisplayName);
        Assert.Equal("did you mean 'shop::Cart::add'?", Assert.Single(Resolve("shop::Cart::addd").Problems).Hint);
        Assert.Equal(10_000, Resolve("worker_1????", maxSites: 10_000).Sites.Count);
        Assert.Equal(
            "'worker_*' matches 99,999 functions of /srv/shop/test, and the rule may have 10,000 sites",
            Assert.Single(Resolve("worker_*", maxSites: 10_000).Problems).Message);

        SiteResolution Resolve(string name, int maxSites = 512) =>
            SiteResolver.Resolve(
                image, "/srv/shop/test", Symbol(name),
                new SiteRequest { NeedsReturn = true, Arguments = [new AskedArgument("arg1", 0)], MaxSites = maxSites });
    }
}
