using System.Diagnostics;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Events.Outputs;

namespace TraceAgent.Events.Tests.Outputs;

/// <summary>A real file system of 64 KiB. Needs root.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int BatchEvents = 20;
    private readonly string _mount = Directory.CreateTempSubdirectory("traceagent-disk").FullName;
    private readonly Sample _sample = new("{v}", ProbeTrigger.Entry, [new(0, "v", CaptureType.Default)]);
    private int _next;

    public FullDiskTests() => Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", _mount);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_full_disk_loses_exactly_the_batches_that_it_reports(bool rolling)
    {
        var path = Path.Combine(_mount, "events.json");
        var expected = new List<int>();
        var failures = 0;
        using var outputs = OutputSet.Open(
            [new OutputConfiguration.File(path, rolling ? new RollPolicy(8_000, RollInterval.Infinite, null) : null, OutputFormat.Clef)]);
        for (var batch = 0; batch < 60; batch++)
        {
            if (batch == 40)
            {
                // Room again: what was written before is gone with it.
                File.Delete(Path.Combine(_mount, "ballast"));
            }

            var numbers = Enumerable.Range(_next, BatchEvents).ToArray();
            Write(outputs);
            var result = outputs.Commit();
            if (result.Succeeded)
            {
                expected.AddRange(numbers);
            }
            else
            {
                failures++;
                Assert.Equal("No space left on device (ENOSPC)", result.Failures[0].Reason.Split(": ")[^1]);
                Assert.False(result.Failures[0].ReaderGone);
            }

            if (batch == 5)
            {
                Fill();
            }
        }

        outputs.Dispose();
        var files = Directory.GetFiles(_mount).OrderBy(f => f.Length).ThenBy(f => f, StringComparer.Ordinal);
        Assert.Equal(expected, files.SelectMany(OutputSetTests.Numbers));
        Assert.InRange(failures, 20, 59);
        Assert.True(expected.Count > 6 * BatchEvents, "the disk took nothing after it had room again");
    }

    [Fact]
    public void A_batch_that_does_not_fit_leaves_nothing_of_it_in_the_file()
    {
        var path = Path.Combine(_mount, "events");
        var segment = new FileSegment(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite));
        segment.Write("before\n"u8);
        Assert.Null(segment.EndBatch());

        segment.Write("a part\n"u8);
        segment.Write(new byte[100_000]);
        segment.Write("the rest\n"u8);
        Assert.Contains($"write {path}: No space left", segment.EndBatch()!.Reason, StringComparison.Ordinal);
        Assert.Equal("before\n", File.ReadAllText(path));

        segment.Write("after\n"u8);
        Assert.Null(segment.EndBatch());
        Assert.Equal("before\nafter\n", File.ReadAllText(path));
        segment.Dispose();
    }

    public void Dispose()
    {
        Run("umount", "-l", _mount);
        Directory.Delete(_mount);
    }

    private void Write(OutputSet outputs)
    {
        for (var i = 0; i < BatchEvents; i++)
        {
            outputs.Write(_sample.Decode(_sample.Record(_next++))!);
        }
    }

    private void Fill()
    {
        using var ballast = new FileStream(
            Path.Combine(_mount, "ballast"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[1024];
        Assert.Throws<IOException>(() =>
        {
            for (var i = 0; i < 1024; i++)
            {
                ballast.Write(block);
            }
        });
    }

    private static void Run(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} failed: these tests run as root");
    }
}
