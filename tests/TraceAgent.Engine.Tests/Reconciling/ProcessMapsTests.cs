using TraceAgent.Engine.Reconciling;
using TraceAgent.Linux.FileSystem;

namespace TraceAgent.Engine.Tests.Reconciling;

public sealed class ProcessMapsTests
{
    [Fact]
    public void The_program_that_runs_this_test_is_in_use()
    {
        var own = FileStatus.Of("/proc/self/exe")!.Inode;

        Assert.Contains(own, ProcessMaps.Inodes());
    }

    [Fact]
    public void A_file_that_nobody_has_in_memory_is_not_in_use()
    {
        var path = Path.GetTempFileName();
        try
        {
            Assert.DoesNotContain(FileStatus.Of(path)!.Inode, ProcessMaps.Inodes());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
