using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>Emits the code that makes a record, which is in r7 from reserving to submitting.</summary>
internal sealed class RecordWriter(ProgramCode program, RecordLayout layout)
{
    /// <summary>Time in ns after which a program wakes the reader again.</summary>
    private const int WakeupInterval = 1_000_000;

    private const int NoWakeup = 1;
    private const int ForceWakeup = 2;

    /// <summary>BPF_RB_AVAIL_DATA: bytes that are not read yet.</summary>
    private const int UnreadBytes = 0;

    private readonly Assembler _code = program.Code;

    public void Reserve(Label lost)
    {
        var reserved = new Label();
        _code.MapFd(Reg.R1, program.Binding.Ring);
        _code.Set(Reg.R2, layout.Size);
        _code.Set(Reg.R3, 0);
        _code.Call(BpfFunction.RingbufReserve);
        _code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, reserved);
        program.Count(CounterLayout.Lost);
        _code.Jump(lost);
        _code.Place(reserved);
        _code.Move(Reg.R7, Reg.R0);
    }

    public void Discard()
    {
        _code.Move(Reg.R1, Reg.R7);
        _code.Set(Reg.R2, NoWakeup);
        _code.Call(BpfFunction.RingbufDiscard);
    }

    public void WriteHeader(EventKind kind, bool leftByJump = false)
    {
        var word = (int)kind | (leftByJump ? RecordLayout.LeftByJump : 0);
        _code.Store(Reg.R7, RecordLayout.SlotOffset, (int)program.Binding.Slot | (word << 16), 4);
        program.FindThread();
        _code.Store(Reg.R7, RecordLayout.PidTidOffset, Reg.R0);
        program.FindCookie();
        _code.Store(Reg.R7, RecordLayout.SiteOffset, Reg.R0, 4);
        _code.Move(Reg.R1, Reg.R7);
        _code.Arithmetic(Opcode.Add, Reg.R1, RecordLayout.CommOffset);
        _code.Set(Reg.R2, RecordLayout.CommSize);
        _code.Call(BpfFunction.GetCurrentComm);
    }

    /// <summary>Copies what was read on entry from the entry of the call, in r8.</summary>
    public void CopyEntryPart()
    {
        const int unrolled = 256;
        if (layout.EntryPartSize <= unrolled)
        {
            for (var i = 0; i < layout.EntryPartSize; i += 8)
            {
                _code.Load(Reg.R1, Reg.R8, InFlightLayout.EntryPart + i);
                _code.Store(Reg.R7, layout.EntryPart + i, Reg.R1);
            }

            return;
        }

        _code.Move(Reg.R1, Reg.R7);
        _code.Arithmetic(Opcode.Add, Reg.R1, layout.EntryPart);
        _code.Set(Reg.R2, layout.EntryPartSize);
        _code.Move(Reg.R3, Reg.R8);
        _code.Arithmetic(Opcode.Add, Reg.R3, InFlightLayout.EntryPart);
        _code.Call(BpfFunction.ProbeReadKernel);
    }

    /// <summary>
    /// Submits the record; r2 is the time now. Wakes the reader when it waits for the next record, or sleeps while the ring
    /// fills; at most once per ms, since the reader takes some time to run. The record is reserved before the words are read, so
    /// a reader that has just written that it waits sees the reservation.
    /// </summary>
    public void Submit()
    {
        var due = new Label();
        var keep = new Label();
        var submit = new Label();
        var control = program.Binding.Control;
        _code.MapValue(Reg.R1, control, ControlLayout.QuietUntil);
        _code.Load(Reg.R3, Reg.R1, 0);
        _code.JumpIf(Opcode.IfAboveOrEqual, Reg.R2, Reg.R3, due);
        _code.Store(Reg.Frame, StackFrame.Scratch, Reg.R2);
        _code.MapFd(Reg.R1, program.Binding.Ring);
        _code.Set(Reg.R2, UnreadBytes);
        _code.Call(BpfFunction.RingbufQuery);
        _code.MapValue(Reg.R1, control, ControlLayout.QuietUntil);
        _code.Load(Reg.R3, Reg.R1, ControlLayout.FillMark - ControlLayout.QuietUntil);
        _code.Load(Reg.R2, Reg.Frame, StackFrame.Scratch);
        _code.JumpIf(Opcode.IfBelow, Reg.R0, Reg.R3, keep);
        _code.Place(due);
        _code.Load(Reg.R3, Reg.R1, ControlLayout.LastWakeup - ControlLayout.QuietUntil);
        _code.Move(Reg.R4, Reg.R2);
        _code.Arithmetic(Opcode.Subtract, Reg.R4, Reg.R3);
        _code.JumpIf(Opcode.IfLess, Reg.R4, WakeupInterval, keep);
        _code.Store(Reg.R1, ControlLayout.LastWakeup - ControlLayout.QuietUntil, Reg.R2);
        _code.Set(Reg.R2, ForceWakeup);
        _code.Jump(submit);
        _code.Place(keep);
        _code.Set(Reg.R2, NoWakeup);
        _code.Place(submit);
        _code.Move(Reg.R1, Reg.R7);
        _code.Call(BpfFunction.RingbufSubmit);
    }
}
