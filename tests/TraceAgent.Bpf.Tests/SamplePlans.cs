using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests;

/// <summary>One plan for each kind of program that the compiler makes.</summary>
internal static class SamplePlans
{
    private static readonly CaptureType Int = new CaptureType.Integer(4, Signed: true);
    private static readonly CaptureType Long = CaptureType.Default;

    public static IReadOnlyDictionary<string, CapturePlan> All { get; } = new Dictionary<string, CapturePlan>
    {
        ["entry-no-args"] = Plan(Architecture.X64, ProbeMoment.Entry, [], null),
        ["entry-two-args"] = Plan(Architecture.X64, ProbeMoment.Entry, [(0, Int), (1, Long)], null),
        ["entry-seventh-arg"] = Plan(Architecture.X64, ProbeMoment.Entry, [(6, Long)], null),
        ["return-text"] = Plan(Architecture.X64, ProbeMoment.Return, [], new CaptureType.Text(16)),
        ["both"] = Plan(Architecture.X64, ProbeMoment.Both, [(0, Long)], Int),
        ["call"] = Plan(Architecture.X64, ProbeMoment.Call, [(0, Long), (1, Long)], Long),
        ["call-with-texts"] = Plan(Architecture.X64, ProbeMoment.Call, [(0, new CaptureType.Text(300))], new CaptureType.Text(16)),
        ["arm64-entry"] = Plan(Architecture.Arm64, ProbeMoment.Entry, [(0, Int), (8, Long)], null),
        ["arm64-call"] = Plan(Architecture.Arm64, ProbeMoment.Call, [(1, Long)], Long),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static CapturePlan Plan(Architecture architecture, ProbeMoment moment, (int Index, CaptureType Type)[] arguments, CaptureType? @return) => new(
        architecture,
        moment,
        arguments.Select(one => one.Type.Capture(architecture.Argument(one.Index))).ToEquatableArray(),
        @return is null ? [] : [@return.Capture(architecture.ReturnValue)]);
}
