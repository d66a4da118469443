using TraceAgent.Engine.Resolving;

namespace TraceAgent.Engine.Tests.Reconciling;

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

    [Fact]
    public void Nothing_may_have_changed_while_the_files_of_the_rules_are_the_same()
    {
        Assert.True(_resolver.MayHaveChanged);
        Look($"name: a, binary: '{Install("/bin/bash")}', symbol: readline", $"name: b, binary: '{_folder["none"]}', symbol: main");

        Assert.False(_resolver.MayHaveChanged);

        Look($"name: a, binary: '{Install("/bin/bash")}', symbol: readline");
        Assert.False(_resolver.MayHaveChanged);
        Install("/bin/true");
        Assert.True(_resolver.MayHaveChanged);
    }

    [Fact]
    public void A_file_that_appears_or_goes_may_change_the_answer()
    {
        var rule = $"name: a, binary: '{_folder["program"]}', symbol: readline";
        Look(rule);
        Assert.False(_resolver.MayHaveChanged);

        Install("/bin/bash");
        Assert.True(_resolver.MayHaveChanged);
        Look(rule);
        Assert.False(_resolver.MayHaveChanged);

        File.Delete(_folder["program"]);
        Assert.True(_resolver.MayHaveChanged);
    }

    [Fact]
    public void So_may_a_link_on_the_way_that_leads_elsewhere()
    {
        foreach (var release in new[] { "1", "2" })
        {
            _folder.Folder(release);
            File.Copy("/bin/bash", _folder[$"{release}/program"]);
        }

        File.CreateSymbolicLink(_folder["current"], _folder["1"]);
        Look($"name: a, binary: '{_folder["current/program"]}', symbol: readline");
        Assert.False(_resolver.MayHaveChanged);

        File.Delete(_folder["current"]);
        File.CreateSymbolicLink(_folder["current"], _folder["2"]);
        Assert.True(_resolver.MayHaveChanged);
    }

    [Fact]
    public void So_may_one_more_file_for_a_pattern_and_a_change_that_its_folder_may_not_show_yet()
    {
        var rule = $"name: a, binary: '{_folder["prog*"]}', symbol: readline";
        Install("/bin/bash");
        Look(rule);
        Assert.True(_resolver.MayHaveChanged);

        Thread.Sleep(TimeSpan.FromSeconds(2.1));
        Look(rule);
        Assert.False(_resolver.MayHaveChanged);

        File.Copy("/bin/bash", _folder["program2"]);
        Assert.True(_resolver.MayHaveChanged);
    }

    [Fact]
    public void What_rests_on_more_than_files_may_have_changed_at_any_time()
    {
        Look($"name: a, binary: '{Install("/bin/bash")}', symbol: readline, target: {{cgroup: /none}}");

        Assert.True(_resolver.MayHaveChanged);
    }

    private void Look(params string[] rules)
    {
        foreach (var rule in rules)
        {
            _ = _resolver.Resolve(Given.Rule(rule));
        }

        _resolver.Settle();
    }

    private string Install(string program)
    {
        var path = _folder["program"];
        File.Copy(program, path + ".new");
        File.Move(path + ".new", path, overwrite: true);
        return path;
    }
}
