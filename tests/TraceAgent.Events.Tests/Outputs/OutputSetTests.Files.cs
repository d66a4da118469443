using TraceAgent.Events.Outputs;
using TraceAgent.Rules;

namespace TraceAgent.Events.Tests.Outputs;

/// <summary>Files that others cut, delete, rename or fill, and files that roll.</summary>
public sealed partial class OutputSetTests
{
    [Fact]
    public void A_file_is_appended_to_and_closing_commits()
    {
        for (var run = 0; run < 3; run++)
        {
            using var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef));
            Write(outputs, 2);
        }

        Assert.Equal(Enumerable.Range(0, 6), Numbers(Target));
        Assert.Equal(["events.json"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_that_others_cut_has_no_hole()
    {
        using var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef));
        Write(outputs, 3);
        outputs.Commit();
        File.WriteAllText(Target, "");
        Write(outputs, 1);
        outputs.Commit();

        Assert.Equal([3], Numbers(Target));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_others_delete_is_made_anew(bool rolling)
    {
        using var outputs = Open(new OutputConfiguration.File(
            Target, rolling ? new RollPolicy(1_000_000, RollInterval.Infinite, null) : null, OutputFormat.Clef));
        Write(outputs, 2);
        outputs.Commit();
        File.Delete(Target);

        Write(outputs, 2);
        Assert.Equal([Target], outputs.Commit().Reopened);
        Write(outputs, 1);
        Assert.Empty(outputs.Commit().Reopened);

        Assert.Equal([2, 3, 4], Numbers(Target));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Target));
    }

    [Fact]
    public void A_file_that_others_rename_keeps_its_lines_and_the_next_go_to_a_new_one()
    {
        using var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef));
        Write(outputs, 2);
        outputs.Commit();
        File.Move(Target, Target + ".1");
        File.WriteAllText(Target, "");

        Write(outputs, 3);

        Assert.Equal([Target], outputs.Commit().Reopened);
        Assert.Equal([0, 1], Numbers(Target + ".1"));
        Assert.Equal([2, 3, 4], Numbers(Target));
    }

    [Fact]
    public void What_comes_into_the_place_of_the_file_and_is_none_fails_the_batch()
    {
        using var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef));
        File.Delete(Target);
        Directory.CreateDirectory(Target);

        Write(outputs, 2);
        Assert.Equal($"open {Target}: Is a directory (EISDIR)", Assert.Single(outputs.Commit().Failures).Reason);
        Directory.Delete(Target);
        Write(outputs, 1);

        Assert.True(outputs.Commit().Succeeded);
        Assert.Equal([2], Numbers(Target));
    }

    [Fact]
    public void Files_roll_by_size_at_the_end_of_a_batch_and_only_some_are_kept()
    {
        var rolling = new RollPolicy(1_000, RollInterval.Day, Keep: 3);
        using (var outputs = Open(new OutputConfiguration.File(Path.Combine(_folder, "events-.json"), rolling, OutputFormat.Clef)))
        {
            for (var batch = 0; batch < 10; batch++)
            {
                Write(outputs, 10);
                Assert.True(outputs.Commit().Succeeded);
            }
        }

        var files = Directory.GetFiles(_folder).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["007", "008", "009"], files.Select(f => f[^8..^5]));
        Assert.Matches("events-[0-9]{8}_007.json$", files[0]);
        Assert.Equal(Enumerable.Range(70, 30), files.SelectMany(Numbers));
        Assert.All(files, f => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(f) & UnixFileMode.OtherRead));
    }

    [Fact]
    public void A_rolled_file_that_is_not_full_is_continued_by_the_next_run()
    {
        var rolling = new RollPolicy(1_000_000, RollInterval.Infinite, Keep: null);
        for (var run = 0; run < 2; run++)
        {
            using var outputs = Open(new OutputConfiguration.File(Target, rolling, OutputFormat.Clef));
            Write(outputs, 2);
        }

        Assert.Equal([0, 1, 2, 3], Numbers(Target));
    }

    [Fact]
    public void A_folder_that_disappears_fails_the_batch_and_one_that_returns_takes_the_next()
    {
        var folder = Path.Combine(_folder, "logs");
        var rolling = new RollPolicy(100, RollInterval.Infinite, Keep: null);
        using var outputs = Open(new OutputConfiguration.File(Path.Combine(folder, "e.json"), rolling, OutputFormat.Clef));
        Write(outputs, 1);
        Assert.True(outputs.Commit().Succeeded);
        Directory.Delete(folder, recursive: true);
        File.WriteAllText(folder, "in the way");

        Write(outputs, 2);
        var failure = Assert.Single(outputs.Commit().Failures);
        File.Delete(folder);
        Write(outputs, 1);

        Assert.Contains(folder, failure.Reason, StringComparison.Ordinal);
        Assert.True(outputs.Commit().Succeeded);
        Assert.Equal([3], Directory.GetFiles(folder, "*.json").SelectMany(Numbers));
    }

    [Fact]
    public void The_folder_of_a_single_file_that_is_removed_is_made_anew()
    {
        var folder = Path.Combine(_folder, "logs");
        var file = Path.Combine(folder, "e.json");
        using var outputs = Open(new OutputConfiguration.File(file, null, OutputFormat.Clef));
        Write(outputs, 1);
        Assert.True(outputs.Commit().Succeeded);
        Directory.Delete(folder, recursive: true);

        Write(outputs, 2);
        var result = outputs.Commit();

        Assert.True(result.Succeeded);
        Assert.Equal([file], result.Reopened);
        Assert.Equal([1, 2], Numbers(file));
    }

    [Fact]
    public void A_name_that_rolls_is_taken_once_and_given_back()
    {
        var rolling = new OutputConfiguration.File(
            Path.Combine(_folder, "e.json"), new RollPolicy(100, RollInterval.Day, Keep: 2), OutputFormat.Clef);
        using (var outputs = Open(rolling))
        {
            Assert.Equal($"open {rolling.Path}: another process writes to it", Assert.Throws<OutputException>(() => Open(rolling)).Message);
            Write(outputs, 1);
            File.Delete(Path.Combine(_folder, ".e.json.lock"));
            Assert.True(outputs.Commit().Succeeded);
            Assert.Throws<OutputException>(() => Open(rolling));
        }

        Assert.DoesNotContain(Directory.GetFiles(_folder), file => file.EndsWith(".lock", StringComparison.Ordinal));
        Open(rolling).Dispose();
    }
}
