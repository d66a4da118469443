using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Sites;

namespace TraceAgent.Symbols.Tests;

/// <summary>Short ways to ask and to state what is expected.</summary>
internal static class Resolving
{
    public static SiteResolution Resolve(
        string path,
        Location where,
        bool needsReturn = false,
        int arguments = 0,
        bool allowsUnsafe = false,
        bool returnsAtCaller = false)
    {
        using var image = Open(path);
        return SiteResolver.Resolve(image, "/srv/shop/test", where, new SiteRequest
        {
            NeedsReturn = needsReturn,
            Arguments = Enumerable.Range(0, arguments).Select(word => new AskedArgument($"arg{word + 1}", word)).ToEquatableArray(),
            AllowsUnsafe = allowsUnsafe,
            ReturnsAtCaller = returnsAtCaller,
        });
    }

    public static ElfImage Open(string path)
    {
        var image = ElfImage.TryOpen(path, out var problem);
        Assert.Null(problem);
        return image!;
    }

    public static Location Symbol(string name, ulong addend = 0) => new Location.Symbol(name, addend);

    public static Location Address(ulong value) => new Location.Address(value);

    public static Location FileOffset(ulong value) => new Location.FileOffset(value);

    /// <summary>Places of the file at which calls end, or, of another kind, what that says.</summary>
    public static IEnumerable<ulong> ExitsOf(this ProbeSite site, ExitKind kind = ExitKind.Return) =>
        site.Exits.Where(exit => exit.Form.Kind == kind).Select(exit => exit.Offset);

    public static ProbeSite OnlySite(this SiteResolution resolution)
    {
        Assert.Empty(resolution.Problems);
        return Assert.Single(resolution.Sites);
    }

    public static void IsRefused(this SiteResolution resolution, string code, string message, string? hint)
    {
        Assert.Empty(resolution.Sites);
        var problem = Assert.Single(resolution.Problems);
        Assert.True(problem.Refused);
        Assert.Equal(message, problem.Message);
        Assert.Equal(hint, problem.Hint);
        Assert.Equal(code, problem.Code);
    }

    public static void HasWarning(this SiteResolution resolution, string code, string message, string? hint)
    {
        Assert.Single(resolution.Sites);
        Assert.Equal(new SiteProblem(code, Refused: false, message, hint), Assert.Single(resolution.Problems));
    }
}
