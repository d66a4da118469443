using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// Compiles a <see cref="CapturePlan"/> to BPF: straight-line code without loops (but one retry), calls or tables, which
/// every verifier since 5.15 accepts and which costs a hit only what the rule asks for.
/// r6 is the context, r7 the record, r8 the state word and later the entry of a call, r9 the counters.
/// </summary>
public static partial class ProbeCompiler
{
    /// <summary>Bytes of a record that instructions can address; also fewer than the zeros of the control map.</summary>
    public const int MaxRecordSize = short.MaxValue - 7;

    /// <summary>
    /// Compiles the programs of a plan's sites themselves: first the one on return, where a uretprobe sees returns, then the one
    /// on entry.
    /// </summary>
    /// <exception cref="ArgumentException">The plan needs more than a program may have: 512 bytes of stack, or
    /// <see cref="MaxRecordSize"/>.</exception>
    public static IReadOnlyList<ProbeProgram> Compile(CapturePlan plan, ProbeBinding binding)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var kind in plan.Kinds)
        {
            if (plan.LayoutOf(kind).Size is > MaxRecordSize and var size)
            {
                throw new ArgumentException(
                    $"an event would take {size} bytes, and at most {MaxRecordSize} are possible: capture less, or shorter texts");
            }
        }

        var programs = new List<ProbeProgram>();
        if (plan.Trigger != ProbeTrigger.Entry && !plan.ReturnsAtInstructions)
        {
            programs.Add(CompileExit(plan, binding, ExitForm.Return));
        }

        if (plan.PairsCalls)
        {
            programs.Add(PairedEntry(plan, binding));
        }
        else if (plan.Trigger != ProbeTrigger.Return)
        {
            programs.Add(SingleEvent(plan, binding, EventKind.Entry));
        }

        return programs;
    }

    /// <summary>Compiles the program for instructions of one form at which calls end, or for a uretprobe.</summary>
    public static ProbeProgram CompileExit(CapturePlan plan, ProbeBinding binding, ExitForm form)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(form);
        return form.Kind switch
        {
            ExitKind.Restart => Restart(plan, binding, form),
            ExitKind.Leave => Leave(plan, binding, form, InFlightLayout.Jumping),
            ExitKind.Arrive => Leave(plan, binding, form, InFlightLayout.Arrived),
            _ when plan.PairsCalls => PairedExit(plan, binding, form),
            _ => SingleEvent(plan, binding, EventKind.Return),
        };
    }

    /// <summary>Bytes of the value that a call in flight has in its table: see <see cref="InFlightLayout"/>.</summary>
    public static int InFlightSize(CapturePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return InFlightLayout.LoadAddress(plan) + (plan.KeepsLoadAddress ? sizeof(ulong) : 0);
    }

    private static ProbeProgram SingleEvent(CapturePlan plan, ProbeBinding binding, EventKind kind)
    {
        var program = new ProgramCode(plan, binding);
        program.Code.Move(Reg.R6, Reg.R1);
        if (kind == EventKind.Entry)
        {
            LeaveOnRestart(program);
        }

        new HitGate(program).CheckState(kind, program.Exit);
        program.FindCounters();
        LogEvent(program, kind);
        return program.Finish(onReturn: kind == EventKind.Return);
    }

    /// <summary>Counts a hit that was taken, and logs it unless a condition or limit leaves it out.</summary>
    private static void LogEvent(ProgramCode program, EventKind kind)
    {
        var plan = program.Plan;
        var layout = plan.LayoutOf(kind);
        var (code, gate, record) = (program.Code, new HitGate(program), new RecordWriter(program, layout));
        program.Count(CounterLayout.Calls);
        gate.Filter(kind == EventKind.Entry ? plan.EntryCondition : plan.ReturnCondition, program.Exit);
        gate.Sample(program.Exit);
        gate.Limit(program.Exit);
        program.Fields(plan.FieldsOf(kind), layout, 0).ReadAll(
            () =>
            {
                record.Reserve(program.Exit);
                code.Call(BpfFunction.KtimeGetNs);
                code.Store(Reg.R7, RecordLayout.TimeOffset, Reg.R0);
                record.WriteHeader(kind);
            },
            record.Discard,
            shift: 0);
        code.Load(Reg.R2, Reg.R7, RecordLayout.TimeOffset);
        record.Submit();
    }

    /// <summary>
    /// Keeps the call until it ends, with what was read on entry; for <c>both</c>, also logs the entry. For calls, conditions and
    /// limits decide here whether it is kept; for <c>return</c> and <c>both</c>, each event is decided separately.
    /// </summary>
    private static ProbeProgram PairedEntry(CapturePlan plan, ProbeBinding binding)
    {
        var program = new ProgramCode(plan, binding);
        var (code, gate) = (program.Code, new HitGate(program));
        var isCall = plan.Trigger == ProbeTrigger.Call;
        var notTaken = new Label();
        var lost = new Label();
        code.Move(Reg.R6, Reg.R1);
        LeaveOnRestart(program);
        program.FindCookie();
        gate.CheckState(isCall ? EventKind.Call : EventKind.Entry, notTaken);
        program.FindCounters();
        WriteCallKey(program, stackPointerRise: 0, unknown: lost);
        var leave = new Label();
        if (isCall)
        {
            gate.Filter(plan.EntryCondition, leave);
            if (plan.ReturnCondition is null)
            {
                gate.Sample(leave);
                gate.Limit(leave);
            }
        }

        var kept = new Label();
        Keep(program, lost, kept);
        code.Place(lost);
        program.Count(CounterLayout.Lost);
        program.Count(CounterLayout.LostInFlight);
        code.Place(leave);
        program.Count(CounterLayout.Calls);
        if (isCall && (plan.EntryCondition is not null || plan.SampleEvery > 1 || plan.LimitPerSecond > 0))
        {
            // What longjmp left behind here must not be taken for this call when it returns.
            program.Map(BpfFunction.MapDelete, binding.InFlight, StackFrame.CallKey);
            code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, program.Exit);
            program.Count(CounterLayout.Unreturned);
        }

        code.Jump(plan.Trigger == ProbeTrigger.Both ? kept : program.Exit);
        code.Place(kept);
        if (plan.Trigger == ProbeTrigger.Both)
        {
            LogEvent(program, EventKind.Entry);
        }

        code.Jump(program.Exit);
        code.Place(notTaken);
        ForgetOwn(program);
        return program.Finish(onReturn: false);
    }

    private static ProbeProgram PairedExit(CapturePlan plan, ProbeBinding binding, ExitForm form)
    {
        var kind = plan.Trigger == ProbeTrigger.Call ? EventKind.Call : EventKind.Return;
        var layout = plan.LayoutOf(kind);
        var program = new ProgramCode(plan, binding, layout);
        var (code, gate, record) = (program.Code, new HitGate(program), new RecordWriter(program, layout));
        var isJump = form.Kind == ExitKind.Jump;
        var fields = program.Fields(plan.ReturnFields, layout, kind == EventKind.Call ? plan.EntryFields.Count : 0, withResult: !isJump);
        var forget = new Label();
        var leftOut = plan.MeasuresLeftOut ? new Label() : forget;
        var passing = new Label();
        code.Move(Reg.R6, Reg.R1);
        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.Frame, StackFrame.ReturnTime, Reg.R0);
        LeaveUnlessTaken(program, form, passing);
        FindCall(program, passing);
        if (form.IsFirst)
        {
            ForgetUnlessJumping(program, passing);
        }
        else if (form.IsElsewhere)
        {
            code.Load(Reg.R1, Reg.R8, InFlightLayout.Left, 4);
            code.JumpIf(Opcode.IfEqual, Reg.R1, 0, passing);
        }

        if (plan.LeavesByJumps)
        {
            // What an exception left behind at this depth must not be taken for a call of a function that is only followed.
            ReadCaller(program);
            code.Load(Reg.R1, Reg.Frame, StackFrame.Scratch);
            code.Load(Reg.R2, Reg.R8, InFlightLayout.Caller);
            code.JumpIf(Opcode.IfNotEqual, Reg.R1, Reg.R2, passing);
        }

        program.FindCounters();
        program.Count(CounterLayout.Calls);
        if (plan.ReturnCondition is { } condition)
        {
            // Without a result, a condition on it cannot be computed.
            gate.Filter(isJump && condition.ReadsHit() ? new Expr.Constant(0) : condition, leftOut);
        }

        if (plan.ReturnCondition is not null || kind == EventKind.Return)
        {
            gate.Sample(leftOut);
            gate.Limit(leftOut);
        }

        fields.ReadAll(
            () =>
            {
                record.Reserve(leftOut);
                code.Load(Reg.R2, Reg.Frame, StackFrame.ReturnTime);
                if (kind == EventKind.Call)
                {
                    code.Load(Reg.R1, Reg.R8, InFlightLayout.Time);
                    code.Store(Reg.R7, RecordLayout.TimeOffset, Reg.R1);
                    code.Arithmetic(Opcode.Subtract, Reg.R2, Reg.R1);
                    code.Store(Reg.R7, RecordLayout.DurationOffset, Reg.R2);
                    record.WriteHeader(kind, isJump);
                    record.CopyEntryPart();
                }
                else
                {
                    code.Store(Reg.R7, RecordLayout.TimeOffset, Reg.R2);
                    record.WriteHeader(kind, isJump);
                }
            },
            record.Discard,
            shift: 0);
        code.Load(Reg.R2, Reg.Frame, StackFrame.ReturnTime);
        record.Submit();
        if (plan.MeasuresLeftOut)
        {
            code.Jump(forget);
            code.Place(leftOut);
            CountDuration(program, forget);
        }

        code.Place(forget);
        program.Map(BpfFunction.MapDelete, binding.InFlight, StackFrame.CallKey);
        code.Jump(program.Exit);
        CountPassing(program, passing);
        return program.Finish(onReturn: true);
    }

    /// <summary>
    /// Compiles the program at a jump to a function that is followed, or at that function's first instruction: it marks the call
    /// with what it is seen to do.
    /// </summary>
    private static ProbeProgram Leave(CapturePlan plan, ProbeBinding binding, ExitForm form, int mark)
    {
        var program = new ProgramCode(plan, binding);
        var code = program.Code;
        var passing = new Label();
        code.Move(Reg.R6, Reg.R1);
        LeaveUnlessTaken(program, form, passing);
        FindCall(program, passing);
        if (form.IsFirst)
        {
            ForgetUnlessJumping(program, passing);
        }

        code.Store(Reg.R8, InFlightLayout.Left, mark, 4);
        code.Jump(program.Exit);
        CountPassing(program, passing);
        return program.Finish(onReturn: true);
    }

    private static void LeaveUnlessTaken(ProgramCode program, ExitForm form, Label leave)
    {
        if (form.TakenWhen is { } condition)
        {
            program.Expressions.Compute(condition, Reg.R0, program.Exit);
            program.Code.JumpIf(Opcode.IfEqual, Reg.R0, 0, leave);
        }
    }

    private static void CountPassing(ProgramCode program, Label passing)
    {
        program.Code.Place(passing);
        program.FindCounters();
        program.Count(CounterLayout.Passing);
    }
}
