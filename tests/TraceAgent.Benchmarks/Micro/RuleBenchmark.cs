using System.Text;
using BenchmarkDotNet.Attributes;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules;
using TraceAgent.Rules.Files;

namespace TraceAgent.Benchmarks.Micro;

/// <summary>From the text of a rule to the instructions of its program.</summary>
[MemoryDiagnoser]
public class RuleBenchmark
{
    private static readonly ProbeBinding Binding = new()
    {
        Slot = 1,
        Limiter = 1,
        Waits = PageWaits.Unbound,
        Self = 1,
        Ring = 3,
        Control = 4,
        Counters = 5,
        Marks = 6,
        InFlight = 7,
    };

    private readonly byte[] _file = Encoding.UTF8.GetBytes(
        "rules:\n  - name: add\n    binary: /srv/shop/test\n    symbol: AddNum\n    args: [a: int, b: int]\n    on: call\n"
        + "    when: \"ret < 0 && duration > 10ms\"\n    format: 'AddNum({a}, {b}) = {ret} in {duration}'\n");

    private readonly CapturePlan _integers = Plan(CaptureType.Default, CaptureType.Default);
    private readonly CapturePlan _text = Plan(new CaptureType.Text(128));

    [Benchmark(Description = "read a rule file")]
    public RuleFile Read() => RuleFileReader.Read("rules.yaml", "/", _file);

    [Benchmark(Description = "compile a program, 2 integers")]
    public IReadOnlyList<ProbeProgram> CompileIntegers() => ProbeCompiler.Compile(_integers, Binding);

    [Benchmark(Description = "compile a program, a text")]
    public IReadOnlyList<ProbeProgram> CompileText() => ProbeCompiler.Compile(_text, Binding);

    private static CapturePlan Plan(params CaptureType[] types) => new(
        Architecture.X64, ProbeTrigger.Entry, types.Select((type, i) => type.Capture(Architecture.X64.Argument(i))).ToEquatableArray(), []);
}
