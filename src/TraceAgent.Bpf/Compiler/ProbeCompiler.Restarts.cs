using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The code for entries that a loop of the function passes: its branch marks them, so that they are not taken for calls.</summary>
public static partial class ProbeCompiler
{
    /// <summary>Compiles the program at a branch back to the entry: it marks the hit of the entry that follows as no call.</summary>
    private static ProbeProgram Restart(CapturePlan plan, ProbeBinding binding, ExitForm form)
    {
        var program = new ProgramCode(plan, binding);
        var code = program.Code;
        code.Move(Reg.R6, Reg.R1);
        LeaveUnlessTaken(program, form, program.Exit);

        // While the probe is not active, its entry may not be attached yet: nobody would take the mark, but the next call.
        code.MapValue(Reg.R1, binding.Control, ControlLayout.StateWord(binding.Slot));
        code.Load(Reg.R1, Reg.R1, 0);
        code.Arithmetic(Opcode.And, Reg.R1, (int)StateWord.Active);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, program.Exit);
        WriteRestartKey(program);
        code.Store(Reg.Frame, StackFrame.Scratch, 1, 8);
        program.Map(BpfFunction.MapUpdate, binding.Marks, StackFrame.MarkKey, () =>
        {
            code.Move(Reg.R3, Reg.Frame);
            code.Arithmetic(Opcode.Add, Reg.R3, StackFrame.Scratch);
            code.Set(Reg.R4, 0);
        });
        program.FindCounters();
        program.Count(CounterLayout.Passing);
        return program.Finish(onReturn: true);
    }

    /// <summary>Leaves when a loop of the function, and not a call, has led to its entry.</summary>
    private static void LeaveOnRestart(ProgramCode program)
    {
        if (!program.Plan.Restarts)
        {
            return;
        }

        var code = program.Code;
        var isCall = new Label();
        WriteRestartKey(program);
        program.Map(BpfFunction.MapDelete, program.Binding.Marks, StackFrame.MarkKey);
        code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, isCall);
        program.FindCounters();
        program.Count(CounterLayout.Passing);
        code.Jump(program.Exit);
        code.Place(isCall);
    }

    /// <summary>
    /// Writes the key: thread, stack pointer and slot. A signal handler may run in between, and call the function at another
    /// depth.
    /// </summary>
    private static void WriteRestartKey(ProgramCode program)
    {
        var code = program.Code;
        program.FindThread();
        code.Store(Reg.Frame, StackFrame.MarkKey, Reg.R0);
        program.Expressions.Compute(new Expr.Register(program.Plan.Architecture.StackPointer), Reg.R1, program.Exit);
        code.Store(Reg.Frame, StackFrame.MarkKey + 8, Reg.R1);
        code.Store(Reg.Frame, StackFrame.MarkKey + 16, (int)program.Binding.Slot, 4);
        code.Store(Reg.Frame, StackFrame.MarkKey + 20, StateWord.RestartMark, 4);
    }
}
