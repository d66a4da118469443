namespace TraceAgent.Bpf.Compiler;

/// <summary>The code for the durations of calls that are left out: see <see cref="DurationLayout"/>.</summary>
public static partial class ProbeCompiler
{
    /// <summary>
    /// Counts the duration of the call in r8. The bucket is the logarithm of 2 * duration - 1, halved six times without a branch: each
    /// branch would double the paths that the verifier walks.
    /// </summary>
    private static void CountDuration(ProgramCode program, Label done)
    {
        var code = program.Code;
        var isPositive = new Label();
        code.Store(Reg.Frame, StackFrame.SlotKey, 0, 4);
        program.Map(BpfFunction.MapLookup, program.Binding.Durations, StackFrame.SlotKey);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, done);
        code.Load(Reg.R2, Reg.R8, InFlightLayout.Time);
        code.Load(Reg.R1, Reg.Frame, StackFrame.ReturnTime);
        code.Arithmetic(Opcode.Subtract, Reg.R1, Reg.R2);
        code.AtomicAdd(Reg.R0, DurationLayout.Sum, Reg.R1);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, 0, isPositive);
        code.Set(Reg.R1, 1);
        code.Place(isPositive);
        code.Arithmetic(Opcode.ShiftLeft, Reg.R1, 1);
        code.Arithmetic(Opcode.Subtract, Reg.R1, 1);
        code.Set(Reg.R2, 0);
        for (var bits = 5; bits >= 0; bits--)
        {
            code.Set(Reg.R3, (1L << (1 << bits)) - 1);
            code.Arithmetic(Opcode.Subtract, Reg.R3, Reg.R1);
            code.Arithmetic(Opcode.ShiftRight, Reg.R3, 63);
            code.Arithmetic(Opcode.ShiftLeft, Reg.R3, bits);
            code.Arithmetic(Opcode.ShiftRight, Reg.R1, Reg.R3);
            code.Arithmetic(Opcode.Or, Reg.R2, Reg.R3);
        }

        code.Arithmetic(Opcode.And, Reg.R2, DurationLayout.Buckets - 1);
        code.Arithmetic(Opcode.ShiftLeft, Reg.R2, 3);
        code.Arithmetic(Opcode.Add, Reg.R0, Reg.R2);
        code.Set(Reg.R1, 1);
        code.AtomicAdd(Reg.R0, DurationLayout.FirstBucket, Reg.R1);
    }
}
