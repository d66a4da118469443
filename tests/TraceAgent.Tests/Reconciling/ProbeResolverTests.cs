using TraceAgent.Engine.Resolving;

namespace TraceAgent.Tests.Reconciling;

public sealed class ProbeResolverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ProbeResolver _resolver = new();

    public void Dispose()
    {
        _resolver.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_same_rule_in_the_same_file_is_answered_by_the_same_object()
    {
        var rule = Given.Rule($"name: a, binary: '{Install("/bin/bash")}', symbol: readline");
        var first = _resolver.Resolve(rule);
        _resolver.Settle();

        Assert.Same(first, _resolver.Resolve(rule));
        Assert.Same(first, _resolver.Resolve(rule));
    }

    [Fact]
    public void A_file_that_was_replaced_is_looked_into_again()
    {
        var rule = Given.Rule($"name: a, binary: '{Install("/bin/bash")}', symbol: readline");
        var first = _resolver.Resolve(rule);
        _resolver.Settle();

        Install("/bin/true");
        Assert.NotNull(first.Probe);
        Assert.True(_resolver.Resolve(rule).IsRefused);
        _resolver.Settle();

        Install("/bin/bash");
        Assert.False(_resolver.Resolve(rule).IsRefused);
    }

    [Fact]
    public void A_file_that_appears_is_found()
    {
        var rule = Given.Rule($"name: a, binary: '{_folder["program"]}', symbol: readline");
        Assert.NotNull(_resolver.Resolve(rule).Missing);
        _resolver.Settle();

        Install("/bin/bash");
        Assert.Null(_resolver.Resolve(rule).Missing);
        _resolver.Settle();

        File.Delete(_folder["program"]);
        Assert.NotNull(_resolver.Resolve(rule).Missing);
    }

    private string Install(string program)
    {
        var path = _folder["program"];
        File.Copy(program, path + ".new");
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }
}
