using System.Text;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Outputs;
using TraceAgent.Events.Statements;
using TraceAgent.Rules;

namespace TraceAgent.Events.Tests.Outputs;

public sealed partial class OutputSetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent").FullName;
    private readonly Sample _sample = new("{v}", ProbeTrigger.Entry, [new(0, "v", CaptureType.Default)]);
    private int _next;

    private string Target => Path.Combine(_folder, "events.json");

    [Fact]
    public void Nothing_is_in_the_file_before_the_commit_and_all_after_it()
    {
        using var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef));
        Write(outputs, 3);
        Assert.Empty(File.ReadAllText(Target));

        Assert.True(outputs.Commit().Succeeded);

        Assert.Equal([0, 1, 2], Numbers(Target));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Target));
    }

    [Fact]
    public void A_large_batch_asks_to_be_committed()
    {
        using var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef));
        Write(outputs, 1);
        Assert.False(outputs.ShouldCommit);

        Write(outputs, OutputSet.BatchSize / 150);

        Assert.True(outputs.ShouldCommit);
        outputs.Commit();
        Assert.False(outputs.ShouldCommit);
    }

    [Fact]
    public void All_outputs_take_the_same_events_each_in_its_format()
    {
        var text = Path.Combine(_folder, "events.txt");
        var template = Path.Combine(_folder, "template.json");
        using (var outputs = Open(
            new OutputConfiguration.File(Target, null, OutputFormat.Clef),
            new OutputConfiguration.File(text, null, OutputFormat.Text),
            new OutputConfiguration.File(template, null, OutputFormat.ClefTemplate)))
        {
            Write(outputs, 1);
        }

        Assert.Equal([0], Numbers(Target));
        Assert.Equal("2026-11-22T15:27:33.667556412Z INF add-num: 0\n", File.ReadAllText(text));
        Assert.Contains("\"@mt\":\"{v}\",\"rule\":\"add-num\"", File.ReadAllText(template), StringComparison.Ordinal);
    }

    [Fact]
    public void Ecs_has_the_names_of_the_Elastic_Common_Schema()
    {
        using (var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Ecs)))
        {
            Write(outputs, 1);
            outputs.Write(AgentEvents.Loss("add-num", new CallCounts(1, 0, 0, 0, 2), 0));
        }

        Assert.Equal(
            [
                """{"@timestamp":"2026-11-22T15:27:33.667556412Z","log.level":"info","message":"0","ecs.version":"8.11.0","process":""" +
                    """{"pid":1234,"name":"test","executable":"/srv/shop/test","thread":{"id":1234}},"traceagent":""" +
                    """{"rule":"add-num","event":"entry","symbol":"AddNum","args":{"v":0}}}""",
                """{"@timestamp":"1970-01-01T00:00:00.000000000Z","log.level":"warn","message":"add-num: 2 of 3 """ +
                    """calls not logged; lost 2 while the ring buffer was full","ecs.version":"8.11.0","traceagent":{"event":""" +
                    "\"agent\",\"action\":\"loss\",\"rule\":\"add-num\",\"calls\":" +
                    """3,"logged":1,"filtered":0,"sampled":0,"limited":0,"lost":2,"lost_in_flight":0,"lost_in_output":0}}""",
            ],
            File.ReadAllLines(Target));
    }

    [Fact]
    public void A_named_output_takes_what_is_meant_for_it_and_what_is_for_all()
    {
        var audit = Path.Combine(_folder, "audit.json");
        using (var outputs = Open(
            new OutputConfiguration.File(Target, null, OutputFormat.Clef),
            new OutputConfiguration.File(audit, null, OutputFormat.Clef) { Name = "audit" }))
        {
            Write(outputs, 1);
            Write(outputs, 1, "audit");
            Write(outputs, 1, "gone");
        }

        Assert.Equal([0, 2], Numbers(Target));
        Assert.Equal([0, 1, 2], Numbers(audit));
    }

    [Fact]
    public void What_only_another_output_failed_to_take_has_arrived()
    {
        using var outputs = Open(
            new OutputConfiguration.File("/dev/full", null, OutputFormat.Clef) { Name = "full" },
            new OutputConfiguration.File(Target, null, OutputFormat.Clef) { Name = "audit" });
        Write(outputs, 1);

        var result = outputs.Commit();

        Assert.True(outputs.Reached(result, "audit"));
        Assert.False(outputs.Reached(result, "full"));
        Assert.False(outputs.Reached(result, "gone"));
        Assert.False(outputs.Reached(result, null));
    }

    [Fact]
    public void Outputs_are_exchanged_between_batches_without_losing_an_event()
    {
        var text = Path.Combine(_folder, "events.txt");
        var other = Path.Combine(_folder, "other.json");
        using (var outputs = Open(
            new OutputConfiguration.File(Target, null, OutputFormat.Clef),
            new OutputConfiguration.File(text, null, OutputFormat.Text)))
        {
            Write(outputs, 2);
            outputs.Commit();
            outputs.Exchange([new OutputConfiguration.File(
                Target, null, OutputFormat.Text), new OutputConfiguration.File(other, null, OutputFormat.Clef)]);
            Write(outputs, 2);
            outputs.Commit();
            outputs.Exchange([new OutputConfiguration.File(Target, null, OutputFormat.Clef)]);
            Write(outputs, 1);
            Assert.Equal([Target], outputs.Names);
        }

        Assert.Equal(2, File.ReadAllLines(text).Length);
        Assert.Equal([2, 3], Numbers(other));
        Assert.Equal("{{  {", string.Concat(File.ReadAllLines(Target).Select(line => line[0] == '{' ? '{' : ' ')));
    }

    [Fact]
    public void An_exchange_that_fails_changes_nothing()
    {
        var other = Path.Combine(_folder, "other.json");
        using (var outputs = Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef)))
        {
            Write(outputs, 1);
            outputs.Commit();
            var refusal = Assert.Throws<OutputException>(() => outputs.Exchange(
            [
                new OutputConfiguration.File(Target, null, OutputFormat.Text),
                new OutputConfiguration.File(other, null, OutputFormat.Clef),
                new OutputConfiguration.File("/proc/x.json", null, OutputFormat.Clef),
            ]));
            Assert.Equal("open /proc/x.json: not a regular file, but one of the kernel's (proc)", refusal.Message);
            Write(outputs, 1);
        }

        Assert.Equal([0, 1], Numbers(Target));
        Assert.Empty(File.ReadAllText(other));
    }

    [Theory]
    [InlineData("/dev/null/x.json", "Not a directory (ENOTDIR)")]
    [InlineData("/etc/passwd/x", "Not a directory (ENOTDIR)")]
    [InlineData("/proc/x.json", "not a regular file, but one of the kernel's (proc)")]
    [InlineData("/proc/self/mem", "not a regular file, but one of the kernel's (proc)")]
    [InlineData("/proc/self/comm", "not a regular file, but one of the kernel's (proc)")]
    [InlineData("/sys/kernel/uevent_helper", "not a regular file, but one of the kernel's (sysfs)")]
    [InlineData("/dev/kmsg", "not a regular file, but a device")]
    [InlineData("/dev/urandom", "not a regular file, but a device")]
    [InlineData("/tmp", "Is a directory (EISDIR)")]
    [InlineData("/", "Is a directory (EISDIR)")]
    public void An_output_that_cannot_be_opened_is_named(string path, string reason)
    {
        var exception = Assert.Throws<OutputException>(() => Open(new OutputConfiguration.File(path, null, OutputFormat.Clef)));

        Assert.Equal($"open {path}: {reason}", exception.Message);
    }

    [Fact]
    public void A_pipe_is_refused_without_waiting_for_its_reader()
    {
        using (var process = System.Diagnostics.Process.Start("mkfifo", [Target]))
        {
            process.WaitForExit();
        }

        var exception = Assert.Throws<OutputException>(() => Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef)));

        Assert.Equal($"open {Target}: not a regular file", exception.Message);
    }

    [Fact]
    public void A_disk_is_never_written_to()
    {
        using (var process = System.Diagnostics.Process.Start("mknod", [Target, "b", "8", "199"]))
        {
            process.WaitForExit();
        }

        var exception = Assert.Throws<OutputException>(() => Open(new OutputConfiguration.File(Target, null, OutputFormat.Clef)));

        Assert.Equal($"open {Target}: not a regular file, but a disk", exception.Message);
    }

    [Fact]
    public void A_device_keeps_its_mode_and_its_failure_is_told()
    {
        var mode = File.GetUnixFileMode("/dev/full");
        using var outputs = Open(new OutputConfiguration.File("/dev/full", null, OutputFormat.Clef));
        Write(outputs, 1);

        Assert.Equal("write /dev/full: No space left on device (ENOSPC)", Assert.Single(outputs.Commit().Failures).Reason);
        Assert.Equal(mode, File.GetUnixFileMode("/dev/full"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static IEnumerable<int> Numbers(string file) =>
        File.ReadAllLines(file, new UTF8Encoding(false, throwOnInvalidBytes: true))
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("args").GetProperty("v").GetInt32());

    private static OutputSet Open(params OutputConfiguration[] outputs) => OutputSet.Open(outputs);

    private void Write(OutputSet outputs, int count, string? only = null)
    {
        for (var i = 0; i < count; i++)
        {
            outputs.Write(_sample.Decode(_sample.Record(_next++))!, only);
        }
    }
}
