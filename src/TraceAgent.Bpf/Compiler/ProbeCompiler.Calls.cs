using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The code for the table of calls in flight: see <see cref="InFlightLayout"/>.</summary>
public static partial class ProbeCompiler
{
    /// <summary>BPF_NOEXIST: an update fails when the key is there.</summary>
    private const int NoExist = 1;

    /// <summary>Writes the entry of the call into the table; goes to <paramref name="lost"/> when that is full.</summary>
    private static void Keep(ProgramCode program, Label lost, Label kept)
    {
        if (program.Binding.InFlightSize <= StackFrame.CallValueSize
            && program.Plan.EntryFields.All(field => field.Storage is Storage.Scalar))
        {
            KeepFromStack(program, lost, kept);
        }
        else
        {
            KeepInPlace(program, lost, kept);
        }
    }

    /// <summary>
    /// Makes a small entry on the stack, and writes it at once: one operation of the table, where <see cref="KeepInPlace"/> takes
    /// two. Waiting for a page may overwrite it, so it is begun anew then.
    /// </summary>
    private static void KeepFromStack(ProgramCode program, Label lost, Label kept)
    {
        const int any = 0;
        var (code, plan, layout) = (program.Code, program.Plan, program.Plan.LayoutOf(EventKind.Call));
        var fields = plan.Trigger == ProbeTrigger.Call ? plan.EntryFields : [];
        program.FieldsOnStack(fields, layout).ReadAll(Begin, () => { }, shift: InFlightLayout.EntryPart - layout.EntryPart);
        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.R7, InFlightLayout.Time, Reg.R0);
        Write(NoExist);
        code.JumpIfInt(Opcode.IfEqual, Reg.R0, 0, kept);
        code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, -KernelException.Eexist, lost);

        // Left behind, as by longjmp, at the place that this call has now.
        program.Count(CounterLayout.Unreturned);
        Write(any);
        code.JumpIfInt(Opcode.IfEqual, Reg.R0, 0, kept);
        program.Map(BpfFunction.MapDelete, program.Binding.InFlight, StackFrame.CallKey);
        code.Jump(lost);

        void Begin()
        {
            if (plan.LeavesByJumps)
            {
                ReadCaller(program);
            }

            code.Move(Reg.R7, Reg.Frame);
            code.Arithmetic(Opcode.Add, Reg.R7, StackFrame.CallValue);
            for (var at = 0; at < program.Binding.InFlightSize; at += 8)
            {
                code.Store(Reg.R7, at, at == InFlightLayout.Slot ? (int)program.Binding.Slot : 0, 8);
            }

            if (plan.LeavesByJumps)
            {
                code.Load(Reg.R1, Reg.Frame, StackFrame.Scratch);
                code.Store(Reg.R7, InFlightLayout.Caller, Reg.R1);
            }

            KeepLoadAddress(program);
        }

        void Write(int flags) => program.Map(BpfFunction.MapUpdate, program.Binding.InFlight, StackFrame.CallKey, () =>
        {
            code.Move(Reg.R3, Reg.R7);
            code.Set(Reg.R4, flags);
        });
    }

    /// <summary>Writes an entry of zeros, which the kernel copies from the control map, and fills it where it lies then.</summary>
    private static void KeepInPlace(ProgramCode program, Label lost, Label kept)
    {
        var (code, plan, binding) = (program.Code, program.Plan, program.Binding);
        var found = new Label();
        var isNew = new Label();
        program.Map(BpfFunction.MapUpdate, binding.InFlight, StackFrame.CallKey, () =>
        {
            code.MapValue(Reg.R3, binding.Control, ControlLayout.Zeros);
            code.Set(Reg.R4, NoExist);
        });

        // The entry is this call's, whatever the update returned: new, or left behind by longjmp and overwritten.
        code.Move(Reg.R8, Reg.R0);
        program.Map(BpfFunction.MapLookup, binding.InFlight, StackFrame.CallKey);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, found);
        code.Jump(lost);
        code.Place(found);
        code.Move(Reg.R7, Reg.R0);
        code.JumpIfInt(Opcode.IfEqual, Reg.R8, 0, isNew);
        program.Count(CounterLayout.Unreturned);
        code.Place(isNew);
        code.Store(Reg.R7, InFlightLayout.Slot, (int)binding.Slot, 8);
        if (plan.LeavesByJumps)
        {
            ReadCaller(program);
            code.Load(Reg.R1, Reg.Frame, StackFrame.Scratch);
            code.Store(Reg.R7, InFlightLayout.Caller, Reg.R1);
        }

        KeepLoadAddress(program);
        if (plan.Trigger == ProbeTrigger.Call)
        {
            var layout = plan.LayoutOf(EventKind.Call);
            program.Fields(plan.EntryFields, layout, 0).ReadAll(() => { }, () => { }, shift: InFlightLayout.EntryPart - layout.EntryPart);
        }

        code.Call(BpfFunction.KtimeGetNs);
        code.Store(Reg.R7, InFlightLayout.Time, Reg.R0);
        code.Jump(kept);
    }

    /// <summary>Writes where the file lies into the entry in r7, for plans that read it on return.</summary>
    private static void KeepLoadAddress(ProgramCode program)
    {
        if (program.Plan.KeepsLoadAddress)
        {
            program.Expressions.Compute(new Expr.Special(SpecialValue.LoadAddress), Reg.R1, program.Exit);
            program.Code.Store(Reg.R7, InFlightLayout.LoadAddress(program.Plan), Reg.R1);
        }
    }

    /// <summary>Puts the entry of the probe's own call that is in flight at this depth into r8.</summary>
    private static void FindCall(ProgramCode program, Label none)
    {
        var (code, plan, binding) = (program.Code, program.Plan, program.Binding);
        WriteCallKey(program, plan.ReturnsAtInstructions ? 0 : plan.Architecture.StackPointerRise, unknown: program.Exit);
        program.Map(BpfFunction.MapLookup, binding.InFlight, StackFrame.CallKey);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, none);
        code.Move(Reg.R8, Reg.R0);
        code.Load(Reg.R1, Reg.R8, InFlightLayout.Slot, 4);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, (int)binding.Slot, program.Exit);
    }

    /// <summary>Puts the return address, on top of the stack, into scratch; 0 when it cannot be read.</summary>
    private static void ReadCaller(ProgramCode program)
    {
        var code = program.Code;
        var unreadable = new Label();
        code.Store(Reg.Frame, StackFrame.Scratch, 0, 8);
        program.Expressions.Compute(
            new Expr.Load(new Expr.Register(program.Plan.Architecture.StackPointer), 8, Signed: false), Reg.R1, unreadable);
        code.Store(Reg.Frame, StackFrame.Scratch, Reg.R1);
        code.Place(unreadable);
    }

    /// <summary>
    /// Forgets a call of the same key. A probe that takes no calls any more still completes those in flight; what longjmp left
    /// behind here must not be taken for the call that enters now when that one returns. The entry may also be a successor's.
    /// </summary>
    private static void ForgetOwn(ProgramCode program)
    {
        var code = program.Code;
        WriteCallKey(program, stackPointerRise: 0, unknown: program.Exit);
        program.Map(BpfFunction.MapLookup, program.Binding.InFlight, StackFrame.CallKey);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, program.Exit);
        code.Load(Reg.R1, Reg.R0, InFlightLayout.Slot, 4);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, (int)program.Binding.Slot, program.Exit);
        program.Map(BpfFunction.MapDelete, program.Binding.InFlight, StackFrame.CallKey);
        code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, program.Exit);
        program.FindCounters();
        program.Count(CounterLayout.Unreturned);
    }

    /// <summary>
    /// Goes on only when the call in r8 has just jumped here. Else the function was called: what called it has taken the place of
    /// our call on the stack, which was left behind and cannot end any more.
    /// </summary>
    private static void ForgetUnlessJumping(ProgramCode program, Label passing)
    {
        var code = program.Code;
        var isJump = new Label();
        code.Load(Reg.R1, Reg.R8, InFlightLayout.Left, 4);
        code.JumpIf(Opcode.IfEqual, Reg.R1, InFlightLayout.Jumping, isJump);
        program.Map(BpfFunction.MapDelete, program.Binding.InFlight, StackFrame.CallKey);
        code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, passing);
        program.FindCounters();
        program.Count(CounterLayout.Unreturned);
        code.Jump(passing);
        code.Place(isJump);
    }

    /// <summary>
    /// Writes the key of a call: whose it is, and how deep on its stack. A goroutine changes threads, and its stack is moved when
    /// it grows: only the distance to the stack's end stays.
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
        program.FindCookie();
        code.Arithmetic(Opcode.ShiftRight, Reg.R0, SiteCookie.FunctionShift);
        code.Store(Reg.Frame, StackFrame.CallKey + 16, Reg.R0);
    }
}
