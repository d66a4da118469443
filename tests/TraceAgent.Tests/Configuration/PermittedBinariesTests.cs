using TraceAgent.Capture;
using TraceAgent.Configuration;
using TraceAgent.Engine.Resolving;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Tests;
using TraceAgent.Engine.Tests.Reconciling;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Tests.Configuration;

public sealed class PermittedBinariesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PermittedBinariesTests()
    {
        _folder.Folder("srv");
        _folder.Folder("srv/deep");
        _folder.Folder("sbin");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/srv/**", "/srv/app", true)]
    [InlineData("/srv/**", "/srv/a/b/app", true)]
    [InlineData("/srv/**", "/srv/.hidden", true)]
    [InlineData("/srv/**", "/srvx/app", false)]
    [InlineData("/srv/*", "/srv/a/app", false)]
    [InlineData("/srv/**/app", "/srv/app", true)]
    [InlineData("/srv/**/app", "/srv/a/b/app", true)]
    [InlineData("/opt/*/bin/serve?", "/opt/shop/bin/server", true)]
    [InlineData("/opt/*/bin/serve?", "/opt/shop/bin/serve", false)]
    [InlineData("/usr/sbin/sshd", "/usr/sbin/sshd", true)]
    [InlineData("/usr/sbin/sshd", "/usr/sbin/sshd2", false)]
    [InlineData("/usr/lib/**/libcrypto.so*", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", true)]
    [InlineData("/**", "/anything/at/all", true)]
    public void Stars_stand_for_names(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new PathPattern(pattern).Matches(path));

    [Fact]
    public void Without_lists_everything_may_be_probed() => Assert.Null(Refusal(File("srv/app"), [], []));

    [Fact]
    public void What_is_denied_is_denied_though_it_is_allowed()
    {
        var app = File("srv/app");

        Assert.Equal($"{app} must not be probed: the agent configuration denies {_folder["srv/a*"]}", Refusal(app, ["srv/**"], ["srv/a*"]));
        Assert.Null(Refusal(File("srv/deep/app"), ["srv/**"], ["srv/a*"]));
    }

    [Fact]
    public void What_is_not_among_the_allowed_is_refused()
    {
        var sshd = File("sbin/sshd");

        Assert.Equal($"{sshd} must not be probed: it is not among what the agent configuration allows", Refusal(sshd, ["srv/**"], []));
    }

    [Fact]
    public void A_link_is_judged_by_where_it_leads_and_denied_also_by_its_name()
    {
        var sshd = File("sbin/sshd");
        System.IO.File.CreateSymbolicLink(_folder["srv/app"], sshd);

        Assert.Equal($"{_folder["srv/app"]} ({sshd}) must not be probed: it is not among what the agent configuration allows", Refusal(
            _folder["srv/app"], ["srv/**"], []));
        Assert.NotNull(Refusal(_folder["srv/app"], [], ["sbin/**"]));
        Assert.NotNull(Refusal(_folder["srv/app"], [], ["srv/**"]));
        Assert.Null(Refusal(_folder["srv/app"], ["sbin/**"], []));
    }

    [Fact]
    public void Links_in_a_pattern_are_followed_as_far_as_it_has_no_stars()
    {
        var sshd = File("sbin/sshd");
        System.IO.File.CreateSymbolicLink(_folder["bin"], _folder["sbin"]);

        Assert.NotNull(Refusal(sshd, [], ["bin/**"]));
        Assert.NotNull(Refusal(sshd, [], ["bin/sshd"]));
        Assert.Null(Refusal(sshd, ["bin/*"], []));
    }

    [Fact]
    public void Another_name_of_a_denied_file_is_denied()
    {
        var sshd = File("sbin/sshd");
        var other = _folder["srv/app"];
        System.Diagnostics.Process.Start("ln", [sshd, other])!.WaitForExit();

        Assert.Equal($"{other} must not be probed: the agent configuration denies {sshd}", Refusal(other, ["srv/**"], ["sbin/sshd"]));
    }

    [Fact]
    public void Of_a_rule_with_several_files_those_that_may_be_probed_are()
    {
        foreach (var name in (string[])["srv/one", "srv/two"])
        {
            System.IO.File.Copy("/bin/bash", _folder[name]);
        }

        var lists = new BinaryLists([], [_folder["srv/two"]]);
        using var resolver = new ProbeResolver(permitted: new PermittedBinaries(() => lists));
        var rule = Given.Rule($"name: a, binary: '{_folder["srv/*"]}', symbol: readline");

        var found = resolver.Resolve(rule);
        Assert.Equal([_folder["srv/one"]], found.Probe!.Files.Select(file => file.Path));
        var diagnostic = Assert.Single(found.Diagnostics);
        Assert.Equal(
            ("TA243", TraceAgent.Yaml.Diagnostics.Severity.Warning, rule.Binary.At), (diagnostic.Code, diagnostic.Severity, diagnostic.At));

        lists = new BinaryLists([], [_folder["srv/**"]]);
        resolver.Settle();
        Assert.True(resolver.Resolve(rule).IsRefused);
    }

    private string File(string name) => _folder.Write(name, name);

    private string? Refusal(string path, string[] allow, string[] deny) => new PermittedBinaries(() => new BinaryLists(In(allow), In(deny)))
        .Refusal(new TargetFile(path), FileStatus.Of(path)!);

    private EquatableArray<string> In(string[] patterns) => patterns.Select(pattern => _folder[pattern]).ToEquatableArray();
}
