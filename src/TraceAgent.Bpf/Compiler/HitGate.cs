using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>Emits the decision about a hit: whose it is, whether it passes the condition, and whether it is logged this time.</summary>
internal sealed class HitGate(ProgramCode program)
{
    private const long BurstNs = 2_000_000_000;
    private const int Attempts = 4;

    private readonly Assembler _code = program.Code;

    /// <summary>Leaves when the hit is the agent's own, or another probe's: see <see cref="StateWord"/>. Uses r8 and r9.</summary>
    public void CheckState(EventKind kind, Label leave)
    {
        var take = new Label();
        var switching = new Label();
        var yields = new Label();
        var mark = new Label();
        program.FindThread();
        _code.Move(Reg.R1, Reg.R0);
        _code.Arithmetic(Opcode.ShiftRight, Reg.R1, 32);
        _code.JumpIf(Opcode.IfEqual, Reg.R1, (int)program.Binding.Self, leave);
        _code.MapValue(Reg.R8, program.Binding.Control, ControlLayout.StateWord(program.Binding.Slot));
        _code.Load(Reg.R8, Reg.R8, 0);
        _code.JumpIf(Opcode.IfEqual, Reg.R8, (int)StateWord.Active, take);
        _code.JumpIf(Opcode.IfAnySet, Reg.R8, (int)StateWord.Active, switching);
        _code.Jump(leave);

        _code.Place(switching);
        _code.Store(Reg.Frame, StackFrame.MarkKey, Reg.R0);
        _code.Load(Reg.R1, Reg.R6, program.Plan.Architecture.InstructionPointerOffset);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 8, Reg.R1);
        _code.Set(Reg.R9, 0);
        _code.JumpIf(Opcode.IfAnySet, Reg.R8, (int)StateWord.Yields, yields);
        _code.Jump(mark);

        _code.Place(yields);
        _code.Move(Reg.R1, Reg.R8);
        _code.Arithmetic(Opcode.ShiftRight, Reg.R1, StateWord.YieldsToShift);
        _code.Arithmetic(Opcode.And, Reg.R1, (int)StateWord.LastSwitch);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 16, Reg.R1, 4);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 20, HalfOf(kind), 4);
        program.Map(BpfFunction.MapDelete, program.Binding.Marks, StackFrame.MarkKey);
        _code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, mark);
        _code.Set(Reg.R9, 1);

        _code.Place(mark);
        MarkForPredecessors(kind, leave);
        _code.JumpIf(Opcode.IfNotEqual, Reg.R9, 0, leave);
        _code.Place(take);
    }

    /// <summary>Counts and leaves when the condition is 0 or cannot be computed.</summary>
    public void Filter(Expr? condition, Label leave)
    {
        if (condition is null)
        {
            return;
        }

        var again = new Label();
        var fault = new Label();
        var filtered = new Label();
        var passed = new Label();
        var touch = condition.ReadsMemory() ? program.Touch : null;
        if (touch is not null)
        {
            _code.Store(Reg.Frame, StackFrame.Attempt, 0, 8);
            _code.Place(again);
        }

        program.Expressions.Compute(condition, Reg.R0, fault);
        _code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, passed);
        if (touch is not null)
        {
            _code.Jump(filtered);
        }

        _code.Place(fault);
        if (touch is not null)
        {
            _code.Load(Reg.R1, Reg.Frame, StackFrame.Attempt);
            _code.JumpIf(Opcode.IfNotEqual, Reg.R1, 0, filtered);
            touch.RefusedBit = null;
            touch.AddressesIn(condition);
            _code.Store(Reg.Frame, StackFrame.Attempt, 1, 8);
            _code.Jump(again);
            _code.Place(filtered);
        }

        program.Count(CounterLayout.Filtered);
        _code.Jump(leave);
        _code.Place(passed);
    }

    /// <summary>Counts and leaves when sampling leaves this hit out. Uses r7.</summary>
    public void Sample(Label leave)
    {
        var every = program.Plan.SampleEvery;
        if (every <= 1)
        {
            return;
        }

        // At random: every n-th of a program that does the same in a round of n would always be the same.
        var taken = new Label();
        _code.Call(BpfFunction.GetRandom);
        _code.Arithmetic(Opcode.Modulo, Reg.R0, every);
        _code.JumpIf(Opcode.IfEqual, Reg.R0, 0, taken);
        program.Count(CounterLayout.Sampled);
        _code.Jump(leave);
        _code.Place(taken);
    }

    /// <summary>
    /// Counts and leaves when the limit is reached. A token bucket as one number, the time at which the next event would be
    /// due if they came evenly (ITU-T I.371, annex A: GCRA), which CPUs agree on by compare and exchange. Uses r7.
    /// </summary>
    public void Limit(Label leave)
    {
        var rate = program.Plan.LimitPerSecond;
        if (rate <= 0)
        {
            return;
        }

        var within = new Label();
        var limited = new Label();
        _code.Call(BpfFunction.KtimeGetNs);
        _code.Move(Reg.R7, Reg.R0);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var later = new Label();
            _code.MapValue(Reg.R1, program.Binding.Control, ControlLayout.Limiter(program.Binding.Limiter));
            _code.Load(Reg.R0, Reg.R1, 0);
            _code.Move(Reg.R4, Reg.R0);
            _code.Move(Reg.R2, Reg.R0);
            _code.JumpIf(Opcode.IfGreaterOrEqual, Reg.R2, Reg.R7, later);
            _code.Move(Reg.R2, Reg.R7);
            _code.Place(later);
            _code.Arithmetic(Opcode.Add, Reg.R2, 1_000_000_000 / rate);
            _code.Move(Reg.R3, Reg.R2);
            _code.Arithmetic(Opcode.Subtract, Reg.R3, Reg.R7);
            _code.JumpIf(Opcode.IfGreater, Reg.R3, (int)BurstNs, limited);
            _code.CompareExchange(Reg.R1, 0, Reg.R2);
            _code.JumpIf(Opcode.IfEqual, Reg.R0, Reg.R4, within);
        }

        _code.Place(limited);
        program.Count(CounterLayout.Limited);
        _code.Jump(leave);
        _code.Place(within);
    }

    private void MarkForPredecessors(EventKind kind, Label leave)
    {
        var decided = new Label();
        var marks = new Label();
        _code.JumpIf(Opcode.IfAnySet, Reg.R8, (int)StateWord.Marks, marks);
        _code.Jump(decided);
        _code.Place(marks);
        _code.Arithmetic(Opcode.ShiftRight, Reg.R8, StateWord.MarksForShift);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 16, Reg.R8, 4);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 20, HalfOf(kind), 4);
        _code.Store(Reg.Frame, StackFrame.Scratch, 1, 8);
        program.Map(BpfFunction.MapUpdate, program.Binding.Marks, StackFrame.MarkKey, () =>
        {
            _code.Move(Reg.R3, Reg.Frame);
            _code.Arithmetic(Opcode.Add, Reg.R3, StackFrame.Scratch);
            _code.Set(Reg.R4, 0);
        });
        _code.JumpIfInt(Opcode.IfNotEqual, Reg.R0, 0, leave);
        _code.Place(decided);
    }

    /// <summary>
    /// The half of a mark's key for a kind of event. A call is taken when it enters: a probe that logs entries and one that logs
    /// calls must know each other's marks.
    /// </summary>
    private static int HalfOf(EventKind kind) => kind == EventKind.Return ? 1 : 0;
}
