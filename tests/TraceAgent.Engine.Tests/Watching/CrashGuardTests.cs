using TraceAgent.Engine.Watching;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Engine.Tests.Watching;

public sealed class CrashGuardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string _boot = "one";
    private TimeSpan _later;

    public CrashGuardTests() => _folder.Folder("state");

    private string StateFile => _folder["state/run.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_changed_long_before_the_end_is_not_held_back()
    {
        Crash(seenAfter: TimeSpan.FromMinutes(11), "old", "young");

        var guard = Begin(out var word);

        Assert.Contains("no rule file had changed shortly before", word, StringComparison.Ordinal);
        Assert.Empty(HeldOf(guard, "old", "young"));
    }

    [Fact]
    public void The_third_end_within_ten_minutes_holds_back_the_last_change_however_old_it_is()
    {
        for (var i = 0; i < 3; i++)
        {
            Crash(seenAfter: TimeSpan.FromMinutes(60 + i), "old", "young");
            _later = TimeSpan.FromMinutes(60 + i);
        }

        var guard = Begin(out var word);

        Assert.Contains($"{Path("young")} is not attached until it changes", word, StringComparison.Ordinal);
        Assert.Equal([Path("young")], HeldOf(guard, "old", "young"));
    }

    [Fact]
    public void A_reboot_is_nobodys_fault()
    {
        Crash(seenAfter: TimeSpan.Zero, "old", "young");
        _boot = "two";

        var guard = Begin(out var word);

        Assert.Null(word);
        Assert.Empty(HeldOf(guard, "old", "young"));
    }

    [Fact]
    public void What_is_held_stays_so_over_a_reboot_and_goes_when_the_file_changes()
    {
        Crash(seenAfter: TimeSpan.Zero, "old", "young");
        Assert.Equal([Path("young")], HeldOf(Begin(out _), "old", "young"));
        _boot = "two";
        var guard = Begin(out _);
        Assert.Equal([Path("young")], HeldOf(guard, "old", "young"));

        File.SetLastWriteTimeUtc(Path("young"), DateTime.UtcNow);

        Assert.Empty(HeldOf(guard, "old", "young"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"Version\":1,\"Boot\":\"one\",\"IsRunning\":true}")]
    [InlineData("{\"Version\":1,\"Boot\":\"one\",\"IsRunning\":true,\"Files\":[null],\"Held\":[],\"Ends\":[]}")]
    [InlineData("{\"Version\":1,\"Boot\":\"one\",\"IsRunning\":true,\"Files\":[],\"Held\":[null],\"Ends\":[]}")]
    [InlineData("{\"Version\":9,\"Boot\":\"one\",\"IsRunning\":true,\"Files\":[],\"Held\":[],\"Ends\":[]}")]
    public void A_file_of_another_form_is_as_none(string text)
    {
        File.WriteAllText(StateFile, text);

        var guard = Begin(out var word);

        Assert.Null(word);
        Assert.Empty(HeldOf(guard, "old"));
    }

    [Fact]
    public void The_same_file_is_the_same_object_at_every_look()
    {
        Crash(seenAfter: TimeSpan.Zero, "young");
        var guard = Begin(out _);
        var versions = Versions("young");

        Assert.Same(guard.HoldBack(versions)[0], guard.HoldBack(versions)[0]);
    }

    [Fact]
    public void While_the_agent_runs_the_time_is_written_down_every_ten_seconds()
    {
        var guard = Begin(out _);
        guard.Beat();
        Assert.False(File.Exists(StateFile));
        guard.HoldBack(Versions("a"));
        var old = DateTime.UtcNow - TimeSpan.FromHours(1);
        File.SetLastWriteTimeUtc(StateFile, old);

        _later = TimeSpan.FromSeconds(9);
        guard.Beat();
        Assert.Equal(old, File.GetLastWriteTimeUtc(StateFile));
        _later = TimeSpan.FromSeconds(11);
        guard.Beat();
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(StateFile));
    }

    private void Crash(TimeSpan seenAfter, params string[] names)
    {
        var guard = Begin(out _);
        guard.HoldBack(Versions(names));
        File.SetLastWriteTimeUtc(StateFile, DateTime.UtcNow + seenAfter);
    }

    private CrashGuard Begin(out string? word)
    {
        var guard = new CrashGuard(new CrashStore(_folder["state"], _boot), () => DateTime.UtcNow + _later);
        word = guard.Begin();
        return guard;
    }

    private List<string> HeldOf(CrashGuard guard, params string[] names) =>
        [.. guard.HoldBack(Versions(names))
            .Where(version => version.Diagnostics.Any(d => d.Code == CrashGuard.Code && d.Severity == Severity.Error))
            .Select(version => version.Path)];

    private List<RuleFile> Versions(params string[] names) => [.. names.Select(name =>
    {
        if (!File.Exists(Path(name)))
        {
            _folder.Write($"{name}.yaml", name);
            Thread.Sleep(10);
        }

        return RuleFile.Unreadable(Path(name), "a test") with { Diagnostics = [] };
    })];

    private string Path(string name) => _folder[$"{name}.yaml"];
}
