using System.Globalization;
using TraceAgent.Linux.ThisProcess;

namespace TraceAgent.Bpf.Tests.Kernel;

/// <summary>
/// What is begun before it is needed, since the kernel lets it wait. Looks at all that this process has
/// open, so no other test may run.
/// </summary>
[Collection(nameof(ExpectationTests))]
[CollectionDefinition(nameof(ExpectationTests), DisableParallelization = true)]
public sealed class ExpectationTests
{
    [Fact]
    public void The_table_of_descriptors_gets_room_and_nothing_stays_open_in_it()
    {
        using var file = File.OpenHandle("/dev/null");

        DescriptorTable.Grow((int)file.DangerousGetHandle());

        Assert.InRange(int.Parse(Status("FDSize"), CultureInfo.InvariantCulture), 4096, int.MaxValue);
        Assert.DoesNotContain(Directory.GetFileSystemEntries("/proc/self/fd"), path =>
            int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture) > 4000);
    }

    [Fact]
    public void Expecting_probes_attaches_nothing_that_stays_and_may_be_said_again_at_once()
    {
        using (var session = BpfSession.Open(Environment.SystemPageSize))
        {
            session.ExpectAttach();
            session.ExpectAttach();
            session.WaitForHandlers();
        }

        Assert.DoesNotContain(
            Directory.GetFiles("/proc/self/fdinfo").Select(TextOf), text => text.Contains("link_type", StringComparison.Ordinal));
    }

    private static string Status(string name) =>
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim();

    private static string TextOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return "";
        }
    }
}
