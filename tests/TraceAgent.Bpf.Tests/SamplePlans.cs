using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Bpf.Tests;

/// <summary>One plan for each kind of program that the compiler makes.</summary>
internal static class SamplePlans
{
    private static readonly CaptureType Int = new CaptureType.Integer(4, Signed: true);
    private static readonly CaptureType Long = CaptureType.Default;

    public static IReadOnlyDictionary<string, CapturePlan> All { get; } = new Dictionary<string, CapturePlan>
    {
        ["entry-no-args"] = Plan(Architecture.X64, ProbeTrigger.Entry, [], null),
        ["entry-two-args"] = Plan(Architecture.X64, ProbeTrigger.Entry, [(0, Int), (1, Long)], null),
        ["entry-seventh-arg"] = Plan(Architecture.X64, ProbeTrigger.Entry, [(6, Long)], null),
        ["return-text"] = Plan(Architecture.X64, ProbeTrigger.Return, [], new CaptureType.Text(16)),
        ["both"] = Plan(Architecture.X64, ProbeTrigger.Both, [(0, Long)], Int),
        ["call"] = Plan(Architecture.X64, ProbeTrigger.Call, [(0, Long), (1, Long)], Long),
        ["call-with-texts"] = Plan(Architecture.X64, ProbeTrigger.Call, [(0, new CaptureType.Text(300))], new CaptureType.Text(16)),
        ["call-at-ret"] = Plan(Architecture.X64, ProbeTrigger.Call, [(0, Long)], Long) with { ReturnsAtInstructions = true },
        ["call-when-slow"] = Plan(Architecture.X64, ProbeTrigger.Call, [(0, Long)], Long) with
        {
            ReturnCondition = new Expr.Binary(
                BinaryOperator.Greater, new Expr.Special(SpecialValue.Duration), new Expr.Constant(1_000_000)),
        },
        ["call-that-leaves"] = Leaving(ProbeTrigger.Call, [(0, Long)], Long),
        ["return-that-leaves"] = Leaving(ProbeTrigger.Return, [], new CaptureType.Text(16)),
        ["both-that-leaves"] = Leaving(ProbeTrigger.Both, [(0, Long)], Int),
        ["entry-that-restarts"] = Plan(Architecture.X64, ProbeTrigger.Entry, [(0, Long)], null) with { Restarts = true },
        ["return-errno"] = Errno(ProbeTrigger.Return) with { ReturnsAtInstructions = true },
        ["call-errno"] = Errno(ProbeTrigger.Call),
        ["call-errno-and-text"] = Errno(ProbeTrigger.Call) with
        {
            EntryFields = [new CaptureType.Text(16).Capture(Architecture.X64.Argument(0))],
        },
        ["arm64-entry"] = Plan(Architecture.Arm64, ProbeTrigger.Entry, [(0, Int), (8, Long)], null),
        ["arm64-call"] = Plan(Architecture.Arm64, ProbeTrigger.Call, [(1, Long)], Long),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>What is probed where calls end, in addition to the sites themselves.</summary>
    public static IEnumerable<ExitForm> ExitsOf(CapturePlan plan)
    {
        Expr isZero = new Expr.Binary(BinaryOperator.And, new Expr.Special(SpecialValue.Flags), new Expr.Constant(0x40));
        return [
            .. plan.ReturnsAtInstructions ? [ExitForm.Return] : Array.Empty<ExitForm>(),
            .. plan.LeavesByJumps
                ? [
                    new ExitForm(ExitKind.Jump, isZero),
                    new ExitForm(ExitKind.Arrive) { IsFirst = true },
                    ExitForm.Return with { IsFirst = true }]
                : Array.Empty<ExitForm>(),
            .. plan.Restarts ? [new ExitForm(ExitKind.Restart, isZero)] : Array.Empty<ExitForm>()];
    }

    /// <summary>The thread's errno as a C library has it, which is found by where the library lies.</summary>
    private static CapturePlan Errno(ProbeTrigger trigger)
    {
        var slot = new Expr.Binary(BinaryOperator.Add, new Expr.Special(SpecialValue.LoadAddress), new Expr.Constant(0x1d2de0));
        var errno = new Expr.Binary(
            BinaryOperator.Add, new Expr.Special(SpecialValue.ThreadPointer), new Expr.Load(slot, 8, Signed: false));
        return Plan(Architecture.X64, trigger, [], Int) with
        {
            ReturnFields = [new CaptureType.Errno().Capture(new Expr.Load(errno, 4, Signed: true))],
        };
    }

    private static CapturePlan Leaving(ProbeTrigger trigger, (int Index, CaptureType Type)[] arguments, CaptureType @return) =>
        Plan(Architecture.X64, trigger, arguments, @return) with { ReturnsAtInstructions = true, LeavesByJumps = true, Restarts = true };

    public static CapturePlan Plan(
        Architecture architecture, ProbeTrigger trigger, (int Index, CaptureType Type)[] arguments, CaptureType? @return) => new(
        architecture,
        trigger,
        arguments.Select(one => one.Type.Capture(architecture.Argument(one.Index))).ToEquatableArray(),
        @return is null ? [] : [@return.Capture(architecture.ReturnValue)]);
}
