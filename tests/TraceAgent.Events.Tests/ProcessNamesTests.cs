using TraceAgent.Events.Processes;

namespace TraceAgent.Events.Tests;

public class ProcessNamesTests
{
    private readonly Dictionary<int, string?> _links = [];
    private readonly ProcessNames _names;
    private int _reads;

    public ProcessNamesTests() => _names = new ProcessNames(null, pid =>
    {
        _reads++;
        return _links.GetValueOrDefault(pid) is { } link ? new ProcessFacts(link) : null;
    });

    [Fact]
    public void A_name_is_read_once_a_second()
    {
        _links[1] = "/bin/a";

        Assert.Equal("/bin/a", Find(1, 10));
        Assert.Equal("/bin/a", Find(1, 9 + ProcessNames.Lifetime));
        Assert.Equal(1, _reads);

        _links[1] = "/bin/b";
        Assert.Equal("/bin/b", Find(1, 10 + ProcessNames.Lifetime));
    }

    [Fact]
    public void Another_comm_of_the_main_thread_reads_it_again_and_that_of_another_thread_does_not()
    {
        _links[1] = "/bin/sh";
        Find(1, 10, comm: 1);
        _links[1] = "/bin/ls";

        Assert.Equal("/bin/sh", _names.Find(1, main: false, 2, 11).Executable);
        Assert.Equal("/bin/ls", Find(1, 12, comm: 2));
    }

    [Fact]
    public void A_process_that_is_gone_keeps_its_name_and_an_unknown_one_has_none()
    {
        _links[1] = "/bin/a";
        Find(1, 10);
        _links.Clear();

        Assert.Equal("/bin/a", Find(1, 5 * ProcessNames.Lifetime));
        Assert.Null(Find(2, 10));
        Assert.Equal("null", _names.Find(2, true, 0, 11).Json);
    }

    [Fact]
    public void The_cache_forgets_only_what_was_not_used_for_long()
    {
        for (var pid = 1; pid <= ProcessNames.Capacity * 3; pid++)
        {
            _links[pid] = $"/bin/{pid}";
            Find(pid, 10);
            Find(1, 10);
        }

        Assert.Equal(ProcessNames.Capacity * 3, _reads);
    }

    [Fact]
    public void The_own_process_has_the_name_that_the_system_gives()
    {
        Assert.Equal(Environment.ProcessPath, new ProcessNames(null).Find(Environment.ProcessId, true, 0, 1).Executable);
        Assert.Null(new ProcessNames(null).Find(int.MaxValue, true, 0, 1).Executable);
    }

    [Fact]
    public void The_own_process_has_the_parent_and_the_cgroup_that_the_system_gives()
    {
        var status = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("PPid:", StringComparison.Ordinal));
        Assert.Equal(
            int.Parse(status[5..], System.Globalization.CultureInfo.InvariantCulture), ProcessFacts.Read(Environment.ProcessId)?.ParentPid);
        Assert.Contains("0::" + ProcessFolder.Cgroup(Environment.ProcessId), File.ReadAllLines("/proc/self/cgroup"));
        Assert.Null(ProcessFacts.Read(int.MaxValue));
        Assert.Null(ProcessFolder.Cgroup(int.MaxValue));
    }

    [Fact]
    public void A_cgroup_shows_as_its_number_until_a_process_that_is_in_it_is_met()
    {
        string? path = null;
        var names = new CgroupNames((_, _) => path);
        Assert.Equal("42", names.Find(42, 1, 10));

        path = "/slice/a";
        Assert.Equal("42", names.Find(42, 1, 11));
        Assert.Equal("/slice/a", names.Find(42, 1, 10 + ProcessNames.Lifetime));

        path = "/slice/b";
        Assert.Equal("/slice/a", names.Find(42, 1, 9 * ProcessNames.Lifetime));
    }

    private string? Find(int pid, ulong time, int comm = 0) => _names.Find(pid, true, (UInt128)comm, time).Executable;
}
