using TraceAgent.Capture;

namespace TraceAgent.Bpf.Code;

/// <summary>
/// Compiles a <see cref="CapturePlan"/> to BPF: straight-line code without loops (but one retry), calls or tables, which
/// every verifier since 5.15 accepts and which costs a hit only what the rule asks for.
/// r6 is the context, r7 the record, r8 the state word and later the entry of a call, r9 the counters.
/// </summary>
public static class ProbeCompiler
{
    /// <summary>Bytes of a record that instructions can address; also fewer than the zeros of the control map.</summary>
    public const int MaxRecordSize = short.MaxValue - 7;

    /// <summary>The programs of a plan: one, or for <c>both</c> and <c>call</c> first the one on return and then the one on entry.</summary>
    /// <exception cref="ArgumentException">The plan needs more than a program may have: 512 bytes of stack, or <see cref="MaxRecordSize"/>.</exception>
    public static IReadOnlyList<ProbeProgram> Compile(CapturePlan plan, ProbeBinding binding)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var kind in plan.Kinds)
        {
            if (plan.LayoutOf(kind).Size is > MaxRecordSize and var size)
            {
                throw new ArgumentException($"an event would take {size} bytes, and at most {MaxRecordSize} are possible: capture less, or shorter texts");
            }
        }

        return plan.Moment switch
        {
            ProbeMoment.Entry => [SingleEvent(plan, binding, EventKind.Entry)],
            ProbeMoment.Return => [SingleEvent(plan, binding, EventKind.Return)],
            ProbeMoment.Both => [SingleEvent(plan, binding, EventKind.Return), SingleEvent(plan, binding, EventKind.Entry)],
            _ => [CallReturn(plan, binding), CallEntry(plan, binding)],
        };
    }

    /// <summary>Bytes of the value that a call in flight has in its table: see <see cref="InFlightLayout"/>.</summary>
    public static int InFlightSize(CapturePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return InFlightLayout.EntryPart + plan.LayoutOf(EventKind.Call).EntryPartSize;
    }

    private static ProbeProgram SingleEvent(CapturePlan plan, ProbeBinding binding, EventKind kind)
    {
        var layout = plan.LayoutOf(kind);
        var program = new ProgramCode(plan, binding);
        var (code, gate, record) = (program.Code, new HitGate(program), new RecordWriter(program, layout));
        var condition = kind == EventKind.Entry ? plan.EntryCondition : plan.ReturnCondition;
        var fields = program.Fields(plan.FieldsOf(kind), layout, 0);
        code.Move(Reg.R6, Reg.R1);
        gate.TakeOrLeave(kind, program.Exit);
        program.FindCounters();
        program.Count(CounterLayout.Calls);
        gate.Filter(condition, program.Exit);
        gate.Sample(program.Exit);
        gate.Limit(program.Exit);
        fields.ReadAll(
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
        return program.Finish(onReturn: kind == EventKind.Return);
    }

    private static ProbeProgram CallEntry(CapturePlan plan, ProbeBinding binding)
    {
        const int noExist = 1;
        var layout = plan.LayoutOf(EventKind.Call);
        var program = new ProgramCode(plan, binding);
        var (code, gate) = (program.Code, new HitGate(program));
        var fields = program.Fields(plan.EntryFields, layout, 0);
        var leave = new Label();
        var notTaken = new Label();
        var found = new Label();
        var isNew = new Label();
        var lost = new Label();

        code.Move(Reg.R6, Reg.R1);
        gate.TakeOrLeave(EventKind.Call, notTaken);
        program.FindCounters();
        WriteCallKey(program, stackPointerRise: 0, unknown: lost);
        gate.Filter(plan.EntryCondition, leave);
        if (plan.ReturnCondition is null)
        {
            gate.Sample(leave);
            gate.Limit(leave);
        }

        program.Map(BpfFunction.MapUpdate, binding.InFlight, StackFrame.CallKey, () =>
        {
            code.MapValue(Reg.R3, binding.Control, ControlLayout.Zeros);
            code.Set(Reg.R4, noExist);
        });

        // What is there is this call's, whatever the update said: new, or left behind by longjmp and overwritten.
        code.Move(Reg.R8, Reg.R0);
        program.Map(BpfFunction.MapLookup, binding.InFlight, StackFrame.CallKey);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, found);
        code.Place(lost);
        program.Count(CounterLayout.Lost);
        code.Place(leave);
        program.Count(CounterLayout.Calls);
        if (plan.EntryCondition is not null || plan.SampleEvery > 1 || plan.LimitPerSecond > 0)
        {
            // What longjmp left behind here must not be taken for this call when it returns.
            program.Map(BpfFunction.MapDelete, binding.InFlight, StackFrame.CallKey);
            code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, program.Exit);
            program.Count(CounterLayout.Unreturned);
        }

        code.Jump(program.Exit);
        code.Place(found);
        code.Move(Reg.R7, Reg.R0);
        code.JumpIfInt(Opcode.IfEqual, Reg.R8, 0, isNew);
        program.Count(CounterLayout.Unreturned);
        code.Place(isNew);
        code.Store(Reg.R7, InFlightLayout.Slot, (int)binding.Slot, 8);
        fields.ReadAll(() => { }, () => { }, shift: InFlightLayout.EntryPart - layout.EntryPart);
        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.R7, InFlightLayout.Time, Reg.R0);
        code.Jump(program.Exit);
        code.Place(notTaken);
        ForgetOwn(program);
        return program.Finish(onReturn: false);
    }

    private static ProbeProgram CallReturn(CapturePlan plan, ProbeBinding binding)
    {
        var layout = plan.LayoutOf(EventKind.Call);
        var program = new ProgramCode(plan, binding, layout);
        var (code, gate, record) = (program.Code, new HitGate(program), new RecordWriter(program, layout));
        var fields = program.Fields(plan.ReturnFields, layout, plan.EntryFields.Count);
        var forget = new Label();
        code.Move(Reg.R6, Reg.R1);
        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.Frame, StackFrame.ReturnTime, Reg.R0);
        WriteCallKey(program, plan.ReturnsAtInstructions ? 0 : plan.Architecture.StackPointerRise, unknown: program.Exit);
        program.Map(BpfFunction.MapLookup, binding.InFlight, StackFrame.CallKey);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, program.Exit);
        code.Move(Reg.R8, Reg.R0);
        code.Load(Reg.R1, Reg.R8, InFlightLayout.Slot);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, (int)binding.Slot, program.Exit);
        program.FindCounters();
        program.Count(CounterLayout.Calls);
        if (plan.ReturnCondition is not null)
        {
            gate.Filter(plan.ReturnCondition, forget);
            gate.Sample(forget);
            gate.Limit(forget);
        }

        fields.ReadAll(
            () =>
            {
                record.Reserve(forget);
                code.Load(Reg.R1, Reg.R8, InFlightLayout.Time);
                code.Store(Reg.R7, RecordLayout.TimeOffset, Reg.R1);
                code.Load(Reg.R2, Reg.Frame, StackFrame.ReturnTime);
                code.Arithmetic(Opcode.Subtract, Reg.R2, Reg.R1);
                code.Store(Reg.R7, RecordLayout.DurationOffset, Reg.R2);
                record.WriteHeader(EventKind.Call);
                record.CopyEntryPart();
            },
            record.Discard,
            shift: 0);
        code.Load(Reg.R2, Reg.Frame, StackFrame.ReturnTime);
        record.Submit();
        code.Place(forget);
        program.Map(BpfFunction.MapDelete, binding.InFlight, StackFrame.CallKey);
        return program.Finish(onReturn: true);
    }

    /// <summary>
    /// A probe that takes no calls any more still completes those in flight. What longjmp left behind here is not in flight,
    /// and must not be taken for the call that enters now when that one returns. The entry may also be a successor's.
    /// </summary>
    private static void ForgetOwn(ProgramCode program)
    {
        var code = program.Code;
        WriteCallKey(program, stackPointerRise: 0, unknown: program.Exit);
        program.Map(BpfFunction.MapLookup, program.Binding.InFlight, StackFrame.CallKey);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, program.Exit);
        code.Load(Reg.R1, Reg.R0, InFlightLayout.Slot);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, (int)program.Binding.Slot, program.Exit);
        program.Map(BpfFunction.MapDelete, program.Binding.InFlight, StackFrame.CallKey);
        code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, program.Exit);
        program.FindCounters();
        program.Count(CounterLayout.Unreturned);
    }

    /// <summary>
    /// Whose call it is, and how deep on its stack. A goroutine changes threads, and its stack is moved when it grows:
    /// only the distance to the stack's end stays.
    /// </summary>
    private static void WriteCallKey(ProgramCode program, int stackPointerRise, Label unknown)
    {
        var (code, architecture) = (program.Code, program.Plan.Architecture);
        var stackPointer = new Expr.Register(architecture.StackPointer);
        if (program.Plan.GoroutineRegister is { } register)
        {
            var goroutine = new Expr.Register(register);
            var end = new Expr.Load(
                new Expr.Binary(BinaryOperator.Add, goroutine, new Expr.Constant(GoSiteAbi.StackEndOffset)), 8, Signed: false);
            var depth = new Expr.Extend(new Expr.Binary(BinaryOperator.Subtract, end, stackPointer), 4, Signed: false);
            var process = new Expr.Binary(BinaryOperator.ShiftLeft, new Expr.Special(SpecialValue.Pid), new Expr.Constant(32));
            program.Expressions.Compute(new Expr.Binary(BinaryOperator.Or, process, depth), Reg.R0, unknown);
            code.Store(Reg.Frame, StackFrame.CallKey, Reg.R0);
            program.Expressions.Compute(goroutine, Reg.R1, unknown);
        }
        else
        {
            program.FindThread();
            code.Store(Reg.Frame, StackFrame.CallKey, Reg.R0);
            program.Expressions.Compute(stackPointer, Reg.R1, unknown);
        }

        if (stackPointerRise != 0)
        {
            code.Arithmetic(Opcode.Subtract, Reg.R1, stackPointerRise);
        }

        code.Store(Reg.Frame, StackFrame.CallKey + 8, Reg.R1);
    }
}
