using System.Diagnostics;
using TraceAgent.Engine.Targets;
using TraceAgent.Engine.Watching;

namespace TraceAgent.Engine.Tests.Watching;

/// <summary>With the kernel's own notices of real changes.</summary>
public sealed class WatchListTests : IDisposable
{
    private const string Last = "zz-last.yaml";

    private readonly TemporaryFolder _folder = new();
    private readonly string _rules;
    private readonly string _binaries;
    private readonly WatchList _watches;

    public WatchListTests()
    {
        _rules = _folder.Folder("rules");
        _binaries = _folder.Folder("bin");
        _watches = new WatchList([_rules]);
    }

    public void Dispose()
    {
        _watches.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_rule_file_that_is_renamed_into_place_is_complete()
    {
        _folder.Write("new", "");
        File.Move(_folder["new"], _folder["rules/a.yaml"]);

        Assert.Equal([new Change(ChangeKind.Rules, "a.yaml", IsComplete: true)], Changes());
    }

    [Fact]
    public void A_rule_file_that_is_written_is_open_until_it_is_closed()
    {
        using (var file = new FileStream(_folder["rules/a.yaml"], FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write("rules"u8);
            Assert.True(Changes()[^1] is { Kind: ChangeKind.Rules, Name: "a.yaml", IsOpen: true, IsComplete: false });
        }

        Assert.Equal([new Change(ChangeKind.Rules, "a.yaml", IsComplete: false, IsOpen: false)], Changes());
    }

    [Fact]
    public void A_rule_file_that_is_deleted_is_a_change()
    {
        _folder.Write("rules/a.yaml", "");
        Changes();

        File.Delete(_folder["rules/a.yaml"]);

        Assert.Equal([new Change(ChangeKind.Rules, "a.yaml", IsComplete: false)], Changes());
    }

    [Fact]
    public void A_rule_file_that_is_renamed_away_is_a_change()
    {
        _folder.Write("rules/a.yaml", "");
        Changes();

        File.Move(_folder["rules/a.yaml"], _folder["away"]);

        Assert.Equal([new Change(ChangeKind.Rules, "a.yaml", IsComplete: false)], Changes());
    }

    [Theory]
    [InlineData(".a.yaml.swp")]
    [InlineData("a.yaml~")]
    [InlineData("4913")]
    public void The_files_of_editors_are_no_change(string name)
    {
        _folder.Write($"rules/{name}", "text");
        File.Delete(_folder[$"rules/{name}"]);

        Assert.Empty(Changes());
    }

    [Fact]
    public void The_swapped_link_of_a_config_map_is_a_complete_change()
    {
        File.CreateSymbolicLink(_folder["next"], "..v2");
        File.Move(_folder["next"], _folder["rules/..data"]);

        Assert.Equal([new Change(ChangeKind.Rules, "..data", IsComplete: true)], Changes());
    }

    [Fact]
    public void A_followed_binary_that_appears_is_a_change_and_its_neighbours_are_not()
    {
        _watches.Follow([WatchedName.Of(_folder["bin/shop"])]);

        _folder.Write("beside", "");
        File.Copy(_folder["beside"], _folder["bin/other"]);
        File.Move(_folder["beside"], _folder["bin/shop"]);

        Assert.Equal([new Change(ChangeKind.Binary, "shop", IsComplete: true)], Changes());
    }

    [Fact]
    public void A_binary_in_a_folder_that_does_not_exist_yet_is_followed_from_the_nearest_one_above()
    {
        var binary = _folder["bin/v2/release/shop"];
        _watches.Follow([WatchedName.Of(binary)]);

        _folder.Folder("bin/v2");
        Assert.Equal([new Change(ChangeKind.Binary, "v2", IsComplete: false)], Changes());
        _watches.Follow([WatchedName.Of(binary)]);
        _folder.Folder("bin/v2/release");
        Assert.Equal([new Change(ChangeKind.Binary, "release", IsComplete: false)], Changes());
        _watches.Follow([WatchedName.Of(binary)]);
        _folder.Write("bin/v2/release/shop", "");

        Assert.Contains(Changes(), change => change is { Kind: ChangeKind.Binary, Name: "shop" });
    }

    [Fact]
    public void A_folder_of_rules_that_is_replaced_as_a_whole_is_watched_again()
    {
        Directory.Move(_rules, _folder["rules.old"]);
        _folder.Folder("rules");
        Assert.Contains(Changes(sentinel: false), change => change.Kind == ChangeKind.Rules);
        _watches.Follow(Array.Empty<WatchedName>());

        _folder.Write("rules/a.yaml", "");

        Assert.Contains(Changes(), change => change is { Kind: ChangeKind.Rules, Name: "a.yaml" });
    }

    [Fact]
    public void A_file_named_itself_is_a_rule_file_whatever_its_name_and_its_neighbours_are_not()
    {
        using var watches = new WatchList([_folder["bin/rules.txt"]]);

        _folder.Write("bin/other.yaml", "");
        _folder.Write("bin/rules.txt", "");

        var changes = watches.Wait(Deadline);
        Assert.NotEmpty(changes);
        Assert.All(changes, change => Assert.Equal((ChangeKind.Rules, "rules.txt"), (change.Kind, change.Name)));
    }

    private const int Deadline = 30_000;

    /// <summary>All changes up to now: inotify keeps their order, so they are before that of one more file.</summary>
    private List<Change> Changes(bool sentinel = true)
    {
        var changes = new List<Change>();
        var began = Stopwatch.GetTimestamp();
        if (!sentinel)
        {
            changes.AddRange(_watches.Wait(Deadline));
            return changes;
        }

        var temporary = _folder.Write("sentinel", "");
        File.Move(temporary, Path.Combine(_rules, Last));
        while (!changes.Exists(change => change.Name == Last))
        {
            Assert.True(Stopwatch.GetElapsedTime(began).TotalMilliseconds < Deadline, "inotify is silent");
            changes.AddRange(_watches.Wait(1_000));
        }

        // Within the watched folder its end is announced too.
        File.Delete(Path.Combine(_rules, Last));
        while (changes.Count(change => change.Name == Last) < 2)
        {
            changes.AddRange(_watches.Wait(1_000));
        }

        changes.RemoveAll(change => change.Name == Last);
        return changes;
    }
}
