using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The program at the entry of functions whose argument registers are needed later in the call.</summary>
public static partial class ProbeCompiler
{
    /// <summary>
    /// Compiles the program that keeps the argument registers of a call. It does so whether the rule takes hits or not: what it misses is
    /// missing for the whole call. Each hit is counted, since it costs the traced program time.
    /// </summary>
    public static ProbeProgram CompileEntryValues(CapturePlan plan, ProbeBinding binding)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(binding);
        var architecture = plan.Architecture;
        var program = new ProgramCode(plan with { ReadsPlainly = true }, binding);
        var code = program.Code;
        var value = StackFrame.Temporaries - EntryValueLayout.ValueSize(architecture);
        code.Move(Reg.R6, Reg.R1);
        program.FindCounters();
        program.Count(CounterLayout.Passing);
        program.Expressions.WriteEntryValueKey(new Expr.Register(architecture.StackPointer), StackFrame.CallKey, program.Exit);
        for (var i = 0; i < architecture.ArgumentRegisters.Count; i++)
        {
            program.Expressions.Compute(new Expr.Register(architecture.ArgumentRegisters[i]), Reg.R0, program.Exit);
            code.Store(Reg.Frame, value + (i * sizeof(ulong)), Reg.R0);
        }

        program.Map(BpfFunction.MapUpdate, binding.EntryValues, StackFrame.CallKey, () =>
        {
            code.Move(Reg.R3, Reg.Frame);
            code.Arithmetic(Opcode.Add, Reg.R3, value);
            code.Set(Reg.R4, 0);
        });

        // What an earlier call at this place of the stack has left there is not what this one began with.
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, program.Exit);
        program.Map(BpfFunction.MapDelete, binding.EntryValues, StackFrame.CallKey);
        return program.Finish(onReturn: false);
    }
}
