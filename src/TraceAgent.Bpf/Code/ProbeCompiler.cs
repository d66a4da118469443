using TraceAgent.Capture;

namespace TraceAgent.Bpf.Code;

/// <summary>
/// Compiles a <see cref="CapturePlan"/> to BPF: straight-line code without loops (but one retry), calls or tables, which
/// every verifier since 5.15 accepts and which costs a hit only what the rule asks for.
/// r6 is the context, r7 the record, r8 the state word and later the entry of a call, r9 the counters.
/// </summary>
public sealed class ProbeCompiler
{
    /// <summary>The reader is woken when the last wakeup is this long ago, in ns.</summary>
    private const int WakeupInterval = 1_000_000;

    private const int NoWakeup = 1;
    private const int ForceWakeup = 2;

    private readonly CapturePlan _plan;
    private readonly ProbeBinding _binding;
    private readonly Assembler _code = new();
    private readonly Label _exit = new();
    private readonly ExprCompiler _expressions;

    private ProbeCompiler(CapturePlan plan, ProbeBinding binding)
    {
        _plan = plan;
        _binding = binding;
        _expressions = new ExprCompiler(_code, plan.Architecture, StackFrame.Temporaries);
    }

    /// <summary>The programs of a plan: one, or for <c>both</c> and <c>call</c> first the one on return and then the one on entry.</summary>
    /// <exception cref="ArgumentException">An expression needs more than the kernel's 512-byte stack.</exception>
    public static IReadOnlyList<ProbeProgram> Compile(CapturePlan plan, ProbeBinding binding)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Moment switch
        {
            ProbeMoment.Entry => [Event(EventKind.Entry)],
            ProbeMoment.Return => [Event(EventKind.Return)],
            ProbeMoment.Both => [Event(EventKind.Return), Event(EventKind.Entry)],
            _ => [new ProbeCompiler(plan, binding).CallReturn(), new ProbeCompiler(plan, binding).CallEntry()],
        };

        ProbeProgram Event(EventKind kind) => new ProbeCompiler(plan, binding).SingleEvent(kind);
    }

    /// <summary>Bytes of the value that a call in flight has in its table: the time of entry, then the entry part of the record.</summary>
    public static int InFlightSize(CapturePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return 8 + plan.LayoutOf(EventKind.Call).EntryPartSize;
    }

    private ProbeProgram SingleEvent(EventKind kind)
    {
        var layout = _plan.LayoutOf(kind);
        var fields = Fields(kind == EventKind.Entry ? _plan.EntryFields : _plan.ReturnFields, layout, 0);
        _code.Move(Reg.R6, Reg.R1);
        TakeOrLeave(kind);
        FindCounters();
        Count(CounterLayout.Calls);
        fields.ReadAll(
            () =>
            {
                ReserveRecord(layout, () => _code.Jump(_exit));
                _code.Call(BpfFunction.KtimeGetNs);
                _code.Store(Reg.R7, RecordLayout.TimeOffset, Reg.R0);
                WriteHeader(kind);
            },
            DiscardRecord,
            shift: 0);
        _code.Load(Reg.R2, Reg.R7, RecordLayout.TimeOffset);
        SubmitRecord();
        return Finish(onReturn: kind == EventKind.Return, fields.ReadsMemory);
    }

    private ProbeProgram CallEntry()
    {
        var layout = _plan.LayoutOf(EventKind.Call);
        var fields = Fields(_plan.EntryFields, layout, 0);
        var overwrites = new Label();
        var stored = new Label();
        var lost = new Label();
        const int noExist = 1;
        const int alreadyExists = -17;

        _code.Move(Reg.R6, Reg.R1);
        TakeOrLeave(EventKind.Call);
        FindCounters();
        WriteCallKey(stackPointerRise: 0);
        Map(BpfFunction.MapUpdate, _binding.InFlight, StackFrame.CallKey, () =>
        {
            _code.MapValue(Reg.R3, _binding.Control, ControlLayout.Zeros);
            _code.Set(Reg.R4, noExist);
        });
        _code.JumpIf(Opcode.IfEqual, Reg.R0, 0, stored);
        _code.JumpIf(Opcode.IfEqual, Reg.R0, alreadyExists, overwrites);
        _code.Place(lost);
        Count(CounterLayout.Calls);
        Count(CounterLayout.Lost);
        _code.Jump(_exit);
        _code.Place(overwrites);
        Count(CounterLayout.Unreturned);
        _code.Place(stored);
        Map(BpfFunction.MapLookup, _binding.InFlight, StackFrame.CallKey);
        _code.JumpIf(Opcode.IfEqual, Reg.R0, 0, lost);
        _code.Move(Reg.R7, Reg.R0);
        fields.ReadAll(() => { }, () => { }, shift: 8 - layout.EntryPart);
        _code.Call(BpfFunction.KtimeGetNs);
        _code.Store(Reg.R7, 0, Reg.R0);
        return Finish(onReturn: false, fields.ReadsMemory);
    }

    private ProbeProgram CallReturn()
    {
        var layout = _plan.LayoutOf(EventKind.Call);
        var fields = Fields(_plan.ReturnFields, layout, _plan.EntryFields.Count);
        var forget = new Label();
        _code.Move(Reg.R6, Reg.R1);
        _code.Call(BpfFunction.KtimeGetNs);
        _code.Store(Reg.Frame, StackFrame.ReturnTime, Reg.R0);
        WriteCallKey(_plan.Architecture.StackPointerRise);
        Map(BpfFunction.MapLookup, _binding.InFlight, StackFrame.CallKey);
        _code.JumpIf(Opcode.IfEqual, Reg.R0, 0, _exit);
        _code.Move(Reg.R8, Reg.R0);
        FindCounters();
        Count(CounterLayout.Calls);
        fields.ReadAll(
            () =>
            {
                ReserveRecord(layout, () => _code.Jump(forget));
                _code.Load(Reg.R1, Reg.R8, 0);
                _code.Store(Reg.R7, RecordLayout.TimeOffset, Reg.R1);
                _code.Load(Reg.R2, Reg.Frame, StackFrame.ReturnTime);
                _code.Arithmetic(Opcode.Subtract, Reg.R2, Reg.R1);
                _code.Store(Reg.R7, RecordLayout.DurationOffset, Reg.R2);
                WriteHeader(EventKind.Call);
                CopyEntryPart(layout);
            },
            DiscardRecord,
            shift: 0);
        _code.Load(Reg.R2, Reg.Frame, StackFrame.ReturnTime);
        SubmitRecord();
        _code.Place(forget);
        Map(BpfFunction.MapDelete, _binding.InFlight, StackFrame.CallKey);
        return Finish(onReturn: true, fields.ReadsMemory);
    }

    private FieldCompiler Fields(EquatableArray<CaptureField> fields, RecordLayout layout, int first) =>
        new(_code, _expressions, [.. fields.Select((field, i) => (field, layout.Fields[first + i]))]);

    /// <summary>Leaves the program when the hit is another probe's: see <see cref="StateWord"/>.</summary>
    private void TakeOrLeave(EventKind kind)
    {
        var take = new Label();
        var switching = new Label();
        var yields = new Label();
        var mark = new Label();
        _code.MapValue(Reg.R8, _binding.Control, ControlLayout.StateWord(_binding.Slot));
        _code.Load(Reg.R8, Reg.R8, 0);
        _code.JumpIf(Opcode.IfEqual, Reg.R8, (int)StateWord.Active, take);
        _code.JumpIf(Opcode.IfAnySet, Reg.R8, (int)StateWord.Active, switching);
        _code.Jump(_exit);

        _code.Place(switching);
        _code.Call(BpfFunction.GetCurrentPidTgid);
        _code.Store(Reg.Frame, StackFrame.MarkKey, Reg.R0);
        _code.Load(Reg.R1, Reg.R6, _plan.Architecture.InstructionPointerOffset);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 8, Reg.R1);
        _code.Set(Reg.R9, 0);
        _code.JumpIf(Opcode.IfAnySet, Reg.R8, (int)StateWord.Yields, yields);
        _code.Jump(mark);

        _code.Place(yields);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 16, (int)_binding.Slot, 4);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 20, (int)kind, 4);
        Map(BpfFunction.MapDelete, _binding.Marks, StackFrame.MarkKey);
        _code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, mark);
        _code.Set(Reg.R9, 1);

        _code.Place(mark);
        var decided = new Label();
        var marks = new Label();
        _code.JumpIf(Opcode.IfAnySet, Reg.R8, (int)StateWord.Marks, marks);
        _code.Jump(decided);
        _code.Place(marks);
        _code.Arithmetic(Opcode.ShiftRight, Reg.R8, StateWord.PredecessorShift);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 16, Reg.R8, 4);
        _code.Store(Reg.Frame, StackFrame.MarkKey + 20, (int)kind, 4);
        _code.Store(Reg.Frame, StackFrame.Scratch, 1, 8);
        Map(BpfFunction.MapUpdate, _binding.Marks, StackFrame.MarkKey, () =>
        {
            _code.Move(Reg.R3, Reg.Frame);
            _code.Arithmetic(Opcode.Add, Reg.R3, StackFrame.Scratch);
            _code.Set(Reg.R4, 0);
        });
        _code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, _exit);
        _code.Place(decided);
        _code.JumpIf(Opcode.IfNotEqual, Reg.R9, 0, _exit);
        _code.Place(take);
    }

    private void FindCounters()
    {
        _code.Store(Reg.Frame, StackFrame.SlotKey, (int)_binding.Slot, 4);
        Map(BpfFunction.MapLookup, _binding.Counters, StackFrame.SlotKey);
        _code.JumpIf(Opcode.IfEqual, Reg.R0, 0, _exit);
        _code.Move(Reg.R9, Reg.R0);
    }

    /// <summary>Atomic although the counters are the CPU's own: a program on a uprobe can be preempted by another one.</summary>
    private void Count(int counter)
    {
        _code.Set(Reg.R1, 1);
        _code.AtomicAdd(Reg.R9, counter, Reg.R1);
    }

    private void WriteCallKey(int stackPointerRise)
    {
        _code.Call(BpfFunction.GetCurrentPidTgid);
        _code.Store(Reg.Frame, StackFrame.CallKey, Reg.R0);
        _code.Load(Reg.R1, Reg.R6, _plan.Architecture.RegisterOffsets[_plan.Architecture.StackPointer]);
        if (stackPointerRise != 0)
        {
            _code.Arithmetic(Opcode.Subtract, Reg.R1, stackPointerRise);
        }

        _code.Store(Reg.Frame, StackFrame.CallKey + 8, Reg.R1);
    }

    private void ReserveRecord(RecordLayout layout, Action leave)
    {
        var reserved = new Label();
        _code.MapFd(Reg.R1, _binding.Ring);
        _code.Set(Reg.R2, layout.Size);
        _code.Set(Reg.R3, 0);
        _code.Call(BpfFunction.RingbufReserve);
        _code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, reserved);
        Count(CounterLayout.Lost);
        leave();
        _code.Place(reserved);
        _code.Move(Reg.R7, Reg.R0);
    }

    private void DiscardRecord()
    {
        _code.Move(Reg.R1, Reg.R7);
        _code.Set(Reg.R2, NoWakeup);
        _code.Call(BpfFunction.RingbufDiscard);
    }

    private void WriteHeader(EventKind kind)
    {
        _code.Store(Reg.R7, RecordLayout.SlotOffset, (int)_binding.Slot, 4);
        _code.Store(Reg.R7, RecordLayout.KindOffset, (int)kind, 4);
        _code.Call(BpfFunction.GetCurrentPidTgid);
        _code.Store(Reg.R7, RecordLayout.PidTidOffset, Reg.R0);
        _code.Move(Reg.R1, Reg.R6);
        _code.Call(BpfFunction.GetAttachCookie);
        _code.Store(Reg.R7, RecordLayout.SiteOffset, Reg.R0);
        _code.Move(Reg.R1, Reg.R7);
        _code.Arithmetic(Opcode.Add, Reg.R1, RecordLayout.CommOffset);
        _code.Set(Reg.R2, RecordLayout.CommSize);
        _code.Call(BpfFunction.GetCurrentComm);
    }

    /// <summary>Copies what was read on entry from the call's entry (r8) to the record (r7).</summary>
    private void CopyEntryPart(RecordLayout layout)
    {
        const int unrolled = 256;
        if (layout.EntryPartSize <= unrolled)
        {
            for (var i = 0; i < layout.EntryPartSize; i += 8)
            {
                _code.Load(Reg.R1, Reg.R8, 8 + i);
                _code.Store(Reg.R7, layout.EntryPart + i, Reg.R1);
            }

            return;
        }

        _code.Move(Reg.R1, Reg.R7);
        _code.Arithmetic(Opcode.Add, Reg.R1, layout.EntryPart);
        _code.Set(Reg.R2, layout.EntryPartSize);
        _code.Move(Reg.R3, Reg.R8);
        _code.Arithmetic(Opcode.Add, Reg.R3, 8);
        _code.Call(BpfFunction.ProbeReadKernel);
    }

    /// <summary>Submits the record in r7; r2 is the time now. Wakes the reader when it has not been woken for a while.</summary>
    private void SubmitRecord()
    {
        var submit = new Label();
        _code.MapValue(Reg.R1, _binding.Control, ControlLayout.LastWakeup);
        _code.Load(Reg.R3, Reg.R1, 0);
        _code.Move(Reg.R4, Reg.R2);
        _code.Arithmetic(Opcode.Subtract, Reg.R4, Reg.R3);
        _code.Set(Reg.R3, NoWakeup);
        _code.JumpIf(Opcode.IfLess, Reg.R4, WakeupInterval, submit);
        _code.Store(Reg.R1, 0, Reg.R2);
        _code.Set(Reg.R3, ForceWakeup);
        _code.Place(submit);
        _code.Move(Reg.R1, Reg.R7);
        _code.Move(Reg.R2, Reg.R3);
        _code.Call(BpfFunction.RingbufSubmit);
    }

    private void Map(BpfFunction function, int map, int key, Action? more = null)
    {
        _code.MapFd(Reg.R1, map);
        _code.Move(Reg.R2, Reg.Frame);
        _code.Arithmetic(Opcode.Add, Reg.R2, key);
        more?.Invoke();
        _code.Call(function);
    }

    private ProbeProgram Finish(bool onReturn, bool sleepable)
    {
        _code.Place(_exit);
        _code.Set(Reg.R0, 0);
        _code.Exit();
        return new ProbeProgram(onReturn, sleepable, _code.Finish());
    }
}
