using TraceAgent.Bpf.Uprobes;
using TraceAgent.Hosting;

namespace TraceAgent.Tests.Hosting;

public sealed class KernelChoicesTests
{
    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("", "", null, null)]
    [InlineData("perf", null, AttachMethod.PerfEvent, null)]
    [InlineData("multi", "waiting", AttachMethod.Multi, true)]
    [InlineData(null, "plain", null, false)]
    public void The_environment_chooses_where_it_says_something(string? attach, string? reads, AttachMethod? method, bool? mayWait)
    {
        Assert.Equal(new KernelOverrides(method, mayWait), KernelOverrides.Read(Environment(attach, reads), out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("Perf", "plain", "TRACEAGENT_ATTACH is 'Perf'; it may be multi or perf")]
    [InlineData("perf", "no", "TRACEAGENT_READS is 'no'; it may be waiting or plain")]
    [InlineData("Perf", "no", "TRACEAGENT_ATTACH is 'Perf'; it may be multi or perf; TRACEAGENT_READS is 'no'; it may be waiting or plain")]
    public void Another_word_is_refused_with_those_that_there_are(string attach, string reads, string expected)
    {
        Assert.Null(KernelOverrides.Read(Environment(attach, reads), out var problem));
        Assert.Equal(expected, problem);
    }

    private static Func<string, string?> Environment(string? attach, string? reads) =>
        name => name switch
        {
            "TRACEAGENT_ATTACH" => attach,
            "TRACEAGENT_READS" => reads,
            _ => throw new ArgumentException(name),
        };
}
