using TraceAgent.Engine.RuleFiles;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Engine.Tests.Watching;

public sealed class RuleSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_is_read_in_the_order_of_its_names()
    {
        foreach (var name in new[] { "b.yaml", "a.yml", "10.yaml", "B.yaml", "9.yaml" })
        {
            _folder.Write(name, Rule("r"));
        }

        Assert.Equal(["10.yaml", "9.yaml", "B.yaml", "a.yml", "b.yaml"], Names(Source(_folder.Root).Read()));
    }

    [Fact]
    public void Paths_are_read_in_the_order_in_which_they_were_named_and_each_file_once()
    {
        _folder.Write("a.yaml", Rule("a"));
        var b = _folder.Write("b.yaml", Rule("b"));

        Assert.Equal(["b.yaml", "a.yaml"], Names(Source(b, _folder.Root, b).Read()));
    }

    [Theory]
    [InlineData(".a.yaml.swp")]
    [InlineData(".a.yaml")]
    [InlineData("#a.yaml")]
    [InlineData("a.yaml~")]
    [InlineData("a.yaml.bak")]
    [InlineData("a.yaml.dpkg-old")]
    [InlineData("4913")]
    [InlineData("README.md")]
    public void In_a_folder_what_editors_and_package_managers_leave_is_not_read(string name)
    {
        _folder.Write(name, Rule("r"));

        Assert.Empty(Source(_folder.Root).Read());
        Assert.False(RuleSource.IsRuleFileName(name));
    }

    [Fact]
    public void A_file_that_is_named_itself_is_read_whatever_its_name() =>
        Assert.Equal(["rules.txt"], Names(Source(_folder.Write("rules.txt", Rule("r"))).Read()));

    [Fact]
    public void What_is_not_there_is_no_file() => Assert.Empty(Source(_folder["none"], _folder["none.yaml"]).Read());

    [Fact]
    public void Files_have_changed_when_something_has_happened_to_them_or_to_their_folder_since_they_were_read()
    {
        var changes = new Dictionary<string, Action<string>>
        {
            ["nothing"] = _ => { },
            ["written"] = folder => File.WriteAllText($"{folder}/a.yaml", Rule("c")),
            ["link-written"] = folder => File.WriteAllText($"{folder}/elsewhere/b.yaml", Rule("c")),
            ["mode"] = folder => File.SetUnixFileMode($"{folder}/a.yaml", UnixFileMode.UserRead),
            ["added"] = folder => File.WriteAllText($"{folder}/c.yaml", Rule("c")),
            ["deleted"] = folder => File.Delete($"{folder}/a.yaml"),
            ["appeared"] = folder => File.WriteAllText($"{folder}/none", Rule("n")),
        };
        var sources = changes.Keys.ToDictionary(name => name, name =>
        {
            _folder.Folder($"{name}/elsewhere");
            _folder.Write($"{name}/a.yaml", Rule("a"));
            File.CreateSymbolicLink(_folder[$"{name}/b.yaml"], _folder.Write($"{name}/elsewhere/b.yaml", Rule("b")));
            return Source(_folder[name], _folder[$"{name}/none"]);
        });
        foreach (var source in sources.Values)
        {
            Assert.True(source.HasChanged(), "nothing was read yet");
            source.Read();
            Assert.True(source.HasChanged(), "a file so new may change again and show the same times");
        }

        Thread.Sleep(TimeSpan.FromSeconds(2.1));
        foreach (var (name, source) in sources)
        {
            source.Read();
            Assert.False(source.HasChanged());
            changes[name](_folder[name]);
            Assert.Equal((name, name != "nothing"), (name, source.HasChanged()));
        }
    }

    [Fact]
    public void A_folder_in_a_folder_is_not_read()
    {
        _folder.Folder("more.yaml");
        _folder.Folder("more");
        _folder.Write("more/a.yaml", Rule("r"));

        Assert.Empty(Source(_folder.Root).Read());
    }

    [Fact]
    public void A_file_that_has_not_changed_is_the_same_object_again()
    {
        var source = Source(_folder.Write("a.yaml", Rule("r")));

        Assert.Same(source.Read()[0], source.Read()[0]);
    }

    [Fact]
    public void A_file_that_was_only_touched_is_the_same_object_again()
    {
        var source = Source(_folder.Write("a.yaml", Rule("r")));
        var first = source.Read()[0];

        File.SetLastWriteTimeUtc(_folder["a.yaml"], DateTime.UnixEpoch.AddYears(50));

        Assert.Same(first, source.Read()[0]);
    }

    [Fact]
    public void A_file_that_was_replaced_is_read_again()
    {
        var source = Source(_folder.Write("a.yaml", Rule("old")));
        source.Read();

        _folder.Replace("a.yaml", Rule("new"));

        Assert.Equal("new", source.Read()[0].Rules[0].Name.Value);
    }

    [Fact]
    public void A_change_within_the_grain_of_the_time_stamp_is_seen()
    {
        // Given in whole ticks, which can be set again exactly.
        var stamp = DateTime.UtcNow;
        var source = Source(_folder.Write("a.yaml", Rule("old")));
        File.SetLastWriteTimeUtc(_folder["a.yaml"], stamp);
        source.Read();

        _folder.Write("a.yaml", Rule("new"));
        File.SetLastWriteTimeUtc(_folder["a.yaml"], stamp);

        Assert.Equal("new", source.Read()[0].Rules[0].Name.Value);
    }

    [Fact]
    public void A_link_that_is_swapped_leads_to_the_new_files()
    {
        _folder.Folder("..v1");
        _folder.Folder("..v2");
        _folder.Write("..v1/a.yaml", Rule("old"));
        _folder.Write("..v2/a.yaml", Rule("new"));
        File.CreateSymbolicLink(_folder["..data"], "..v1");
        File.CreateSymbolicLink(_folder["a.yaml"], "..data/a.yaml");
        var source = Source(_folder.Root);
        Assert.Equal("old", source.Read()[0].Rules[0].Name.Value);

        File.Delete(_folder["..data"]);
        File.CreateSymbolicLink(_folder["..data"], "..v2");

        Assert.Equal("new", source.Read()[0].Rules[0].Name.Value);
    }

    [Fact]
    public void A_link_that_leads_nowhere_has_no_rules_and_a_warning()
    {
        File.CreateSymbolicLink(_folder["a.yaml"], "none");
        File.CreateSymbolicLink(_folder["b.yaml"], "b.yaml");
        var source = Source(_folder.Root);

        var files = source.Read();

        Assert.Equal(["broken link to none", "broken link to b.yaml"], files.Select(
            file => Assert.Single(file.Diagnostics).Message));
        Assert.All(files, file => Assert.False(file.HasErrors));
        Assert.Equal([_folder.Root], source.WithoutFiles);
        Assert.Equal(files, source.Read(), ReferenceEqualityComparer.Instance);
        _folder.Write("none", Rule("r"));
        Assert.Equal("r", Assert.Single(source.Read()[0].Rules).Name.Value);
        Assert.Empty(source.WithoutFiles);
    }

    [Fact]
    public void A_pipe_or_device_in_a_folder_is_refused_without_being_opened()
    {
        Pipe("a.yaml");
        File.CreateSymbolicLink(_folder["b.yaml"], "/dev/zero");
        _folder.Write("c.yaml", Rule("r"));

        var files = Source(_folder.Root).Read();

        Assert.All(files.Take(2), file =>
            Assert.Equal("cannot read the file: not a regular file", Assert.Single(file.Diagnostics).Message));
        Assert.Single(files[2].Rules);
    }

    [Fact]
    public void A_pipe_that_is_named_itself_is_read_where_one_reading_is_enough()
    {
        var pipe = Pipe("rules");
        Assert.True(Assert.Single(Source(pipe).Read()).HasErrors);
        var writer = new Thread(() => File.WriteAllText(pipe, Rule("r")));
        writer.Start();

        var file = Assert.Single(new RuleSource([pipe], takesPipes: true).Read());

        Assert.Equal("r", Assert.Single(file.Rules).Name.Value);
        writer.Join();
    }

    [Fact]
    public void A_file_that_cannot_be_read_says_so_and_the_others_proceed()
    {
        _folder.Write("a.yaml", Rule("a"));

        // Refused to root as well.
        var source = Source("/proc/self/mem", _folder.Root);

        var files = source.Read();
        Assert.Contains("cannot read the file", Assert.Single(files[0].Diagnostics).Message, StringComparison.Ordinal);
        Assert.Empty(files[1].Diagnostics);
    }

    [Fact]
    public void A_file_that_was_written_with_its_old_time_and_size_is_read_again()
    {
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var file = _folder.Write("a.yaml", Rule("one"));
        File.SetLastWriteTimeUtc(file, old);
        var source = Source(_folder.Root);
        source.Read();

        File.WriteAllText(file, Rule("two"));
        File.SetLastWriteTimeUtc(file, old);

        Assert.Equal("two", source.Read()[0].Rules[0].Name.Value);
    }

    [Fact]
    public void What_was_forgotten_is_read_again_and_is_the_same_object_when_it_says_the_same()
    {
        _folder.Write("a.yaml", Rule("one"));
        var source = Source(_folder.Root);
        var first = source.Read()[0];

        source.Forget();

        Assert.Same(first, source.Read()[0]);
    }

    [Fact]
    public void A_file_that_is_deleted_and_comes_again_is_read_anew()
    {
        var source = Source(_folder.Root);
        _folder.Write("a.yaml", Rule("r"));
        var first = source.Read()[0];
        File.Delete(_folder["a.yaml"]);
        Assert.Empty(source.Read());

        _folder.Write("a.yaml", Rule("r"));

        Assert.NotSame(first, source.Read()[0]);
    }

    [Fact]
    public void Relative_paths_start_at_the_folder_of_the_file()
    {
        var source = Source(_folder.Write("a.yaml", Rule("r")));

        Assert.Equal(_folder["shop"], source.Read()[0].Rules[0].Binary.Value.Text);
    }

    private string Pipe(string name)
    {
        using var process = System.Diagnostics.Process.Start("mkfifo", [_folder[name]]);
        process.WaitForExit();
        return _folder[name];
    }

    private static RuleSource Source(params string[] paths) => new(paths);

    private static string Rule(string name) => $"rules:\n  - {{name: {name}, binary: ./shop, symbol: AddNum}}\n";

    private static IEnumerable<string> Names(IEnumerable<RuleFile> files) => files.Select(file => Path.GetFileName(file.Path));
}
