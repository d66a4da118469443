using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// Emits the reads of a list of fields. A page that the traced program has not touched yet cannot be read without waiting; so a
/// read that faults is tried once more after bpf_copy_from_user, which may wait, has brought the pages in. Without
/// <paramref name="touch"/> it stays a fault. No ring record is held while waiting: it would hold up the reader of all rules.
/// </summary>
internal sealed class FieldCompiler(
    Assembler code, ExprCompiler expressions, PageTouch? touch, IReadOnlyList<(CaptureField Field, FieldSlot Slot)> fields)
{
    /// <summary>Bits of the word on the stack that marks the fields whose pages must not be waited for.</summary>
    private const int RefusedBits = 64;

    /// <summary>Index of the field that is being read.</summary>
    private int _field;

    /// <summary>Emits the whole cycle: prepare, read, and on a first fault abandon, touch and start over.</summary>
    /// <param name="prepare">Puts the address of the record, or of the value that the fields lie in, into r7.</param>
    /// <param name="abandon">Releases what <paramref name="prepare"/> took.</param>
    /// <param name="shift">The distance from r7 that is added to the layout's offsets.</param>
    public void ReadAll(Action prepare, Action abandon, int shift)
    {
        if (touch is null || !fields.Any(one => one.Field.Storage is not Storage.Scalar || one.Field.Value.ReadsMemory()))
        {
            prepare();
            EmitReads(shift);
            return;
        }

        var again = new Label();
        var done = new Label();
        code.Store(Reg.Frame, StackFrame.Attempt, 0, 8);
        code.Store(Reg.Frame, StackFrame.Refused, 0, 8);
        code.Place(again);
        prepare();
        code.Store(Reg.Frame, StackFrame.Faulted, 0, 8);
        EmitReads(shift);
        code.Load(Reg.R1, Reg.Frame, StackFrame.Faulted);
        code.JumpIf(Opcode.IfEqual, Reg.R1, 0, done);
        code.Load(Reg.R1, Reg.Frame, StackFrame.Attempt);
        code.JumpIf(Opcode.IfNotEqual, Reg.R1, 0, done);
        abandon();
        EmitTouches(touch);
        code.Store(Reg.Frame, StackFrame.Attempt, 1, 8);
        code.Jump(again);
        code.Place(done);
    }

    private void EmitReads(int shift)
    {
        foreach (var outcomes in fields.Where(one => one.Field.HasOutcomeOfItsOwn())
            .Select(one => one.Slot.OutcomeOffset!.Value & ~7).Distinct())
        {
            code.Store(Reg.R7, outcomes + shift, 0, 8);
        }

        for (var i = 0; i < fields.Count; i++)
        {
            var (field, slot) = fields[i];
            _field = i;
            switch (field.Storage)
            {
                case Storage.Text text:
                    ReadText(field, text, slot.Offset + shift);
                    break;
                case Storage.Bytes bytes:
                    ReadBytes(field, bytes, slot.Offset + shift);
                    break;
                default:
                    ReadScalar(field, slot.Offset + shift, slot.OutcomeOffset + shift);
                    break;
            }
        }
    }

    private void ReadScalar(CaptureField field, int offset, int? outcome)
    {
        var (fault, notSeen, end) = (new Label(), new Label(), new Label());
        expressions.NotSeen = notSeen;
        expressions.Compute(field.Value, Reg.R0, fault);
        expressions.NotSeen = null;
        code.Store(Reg.R7, offset, Reg.R0);
        if (fault.IsTarget)
        {
            code.Jump(end);
            code.Place(fault);
            code.Store(Reg.R7, offset, 0, 8);
            EmitFault(outcome!.Value);
        }

        if (notSeen.IsTarget)
        {
            code.Jump(end);
            code.Place(notSeen);
            code.Store(Reg.R7, offset, 0, 8);
            code.Store(Reg.R7, outcome!.Value, (int)Outcome.EntryNotSeen, 1);
        }

        code.Place(end);
    }

    private void ReadText(CaptureField field, Storage.Text text, int offset)
    {
        var ends = new MemoryEnds();
        code.Store(Reg.R7, offset, 0, 8);
        expressions.NotSeen = ends.NotSeen;
        expressions.Compute(field.Value, Reg.R3, ends.Fault);
        expressions.NotSeen = null;
        code.JumpIf(Opcode.IfEqual, Reg.R3, 0, ends.Null);
        code.Store(Reg.Frame, StackFrame.Scratch, Reg.R3);
        code.Move(Reg.R1, Reg.R7);
        code.Arithmetic(Opcode.Add, Reg.R1, offset + Storage.HeadSize);
        code.Set(Reg.R2, text.ReadSize);
        code.Call(BpfFunction.ProbeReadUserStr);
        code.JumpIf(Opcode.IfLess, Reg.R0, 0, ends.Unreadable);

        // Up to 6.12 the kernel does not count the NUL of an empty text (strncpy_from_user_nofault in mm/maccess.c).
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, ends.Done);
        code.Arithmetic(Opcode.Subtract, Reg.R0, 1);
        code.Store(Reg.R7, offset, Reg.R0, 4);
        code.JumpIf(Opcode.IfBelowOrEqual, Reg.R0, text.Max, ends.Done);
        code.Store(Reg.R7, offset, text.Max, 4);
        code.Store(Reg.R7, offset + Storage.HeadOutcome, (int)Outcome.Truncated, 1);
        EmitEnds(ends, offset, text.ReadSize);
    }

    private void ReadBytes(CaptureField field, Storage.Bytes bytes, int offset)
    {
        var ends = new MemoryEnds();
        var fits = new Label();
        var capped = new Label();
        var read = new Label();
        var isOwnTest = bytes.NullWhenZero == field.Value;
        code.Store(Reg.R7, offset, 0, 8);
        expressions.NotSeen = ends.NotSeen;
        if (bytes.NullWhenZero is { } test && !isOwnTest)
        {
            expressions.Compute(test, Reg.R0, ends.Fault);
            code.JumpIf(Opcode.IfEqual, Reg.R0, 0, ends.Null);
        }

        expressions.Compute(field.Value, Reg.R0, ends.Fault);
        if (isOwnTest)
        {
            code.JumpIf(Opcode.IfEqual, Reg.R0, 0, ends.Null);
        }

        // After the check for NULL: the length may be read from what is there.
        code.Store(Reg.Frame, StackFrame.Scratch, Reg.R0);
        expressions.Compute(bytes.Length, Reg.R2, ends.Fault);
        expressions.NotSeen = null;
        code.JumpIf(Opcode.IfLessOrEqual, Reg.R2, 0, ends.Done);
        code.JumpIf(Opcode.IfBelowOrEqual, Reg.R2, bytes.Max, fits);
        code.Store(Reg.R7, offset + Storage.HeadOutcome, (int)Outcome.Truncated, 1);
        code.JumpIf(Opcode.IfBelowOrEqual, Reg.R2, int.MaxValue, capped);
        code.Set(Reg.R2, int.MaxValue);
        code.Place(capped);
        code.Store(Reg.R7, offset, Reg.R2, 4);
        code.Set(Reg.R2, bytes.Max);
        code.Jump(read);
        code.Place(fits);
        code.Store(Reg.R7, offset, Reg.R2, 4);
        code.Place(read);
        if (bytes.Unit > 1)
        {
            code.Arithmetic(Opcode.Multiply, Reg.R2, bytes.Unit);
        }

        code.Load(Reg.R3, Reg.Frame, StackFrame.Scratch);
        code.Move(Reg.R1, Reg.R7);
        code.Arithmetic(Opcode.Add, Reg.R1, offset + Storage.HeadSize);
        code.Call(BpfFunction.ProbeReadUser);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, ends.Unreadable);
        EmitEnds(ends, offset, bytes.ReadSize);
    }

    private void EmitEnds(MemoryEnds ends, int offset, int size)
    {
        code.Jump(ends.Done);
        code.Place(ends.Unreadable);
        ReadToPageEnd(offset, size, ends);
        code.Place(ends.Fault);
        code.Store(Reg.R7, offset, 0, 8);
        EmitFault(offset + Storage.HeadOutcome);
        if (ends.Null.IsTarget)
        {
            code.Jump(ends.Done);
            code.Place(ends.Null);
            code.Store(Reg.R7, offset + Storage.HeadOutcome, (int)Outcome.Null, 1);
        }

        if (ends.NotSeen.IsTarget)
        {
            code.Jump(ends.Done);
            code.Place(ends.NotSeen);
            code.Store(Reg.R7, offset, 0, 8);
            code.Store(Reg.R7, offset + Storage.HeadOutcome, (int)Outcome.EntryNotSeen, 1);
        }

        code.Place(ends.Done);
    }

    /// <summary>
    /// Reads again up to the end of the page: a value that could not be read as a whole may begin in a page that is present and
    /// go on in one that is not.
    /// </summary>
    private void ReadToPageEnd(int offset, int size, MemoryEnds ends)
    {
        const int pageSize = 4096;
        if (touch is not null)
        {
            code.Load(Reg.R1, Reg.Frame, StackFrame.Attempt);
            code.JumpIf(Opcode.IfEqual, Reg.R1, 0, ends.Fault);
        }

        code.Load(Reg.R3, Reg.Frame, StackFrame.Scratch);
        code.Move(Reg.R1, Reg.R3);
        code.Arithmetic(Opcode.And, Reg.R1, pageSize - 1);
        code.Set(Reg.R2, pageSize);
        code.Arithmetic(Opcode.Subtract, Reg.R2, Reg.R1);
        code.JumpIf(Opcode.IfAboveOrEqual, Reg.R2, size, ends.Fault);
        code.Store(Reg.R7, offset + Storage.HeadCut, Reg.R2, 2);
        code.Move(Reg.R1, Reg.R7);
        code.Arithmetic(Opcode.Add, Reg.R1, offset + Storage.HeadSize);
        code.Call(BpfFunction.ProbeReadUser);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, ends.Fault);
        code.Store(Reg.R7, offset + Storage.HeadOutcome, (int)Outcome.Cut, 1);
        code.Jump(ends.Done);
    }

    private void EmitFault(int outcome)
    {
        if (touch is null)
        {
            code.Store(Reg.R7, outcome, (int)Outcome.Fault, 1);
            return;
        }

        // Without a branch: the verifier would follow each field's two ways through all the others.
        code.Store(Reg.Frame, StackFrame.Faulted, 1, 8);
        code.Load(Reg.R1, Reg.Frame, StackFrame.Refused);
        code.Arithmetic(Opcode.ShiftRight, Reg.R1, RefusedBit(_field));
        code.Arithmetic(Opcode.And, Reg.R1, 1);
        code.Arithmetic(Opcode.Multiply, Reg.R1, Outcome.NotResident - Outcome.Fault);
        code.Arithmetic(Opcode.Add, Reg.R1, (int)Outcome.Fault);
        code.Store(Reg.R7, outcome, Reg.R1, 1);
    }

    private static int RefusedBit(int field) => Math.Min(field, RefusedBits - 1);

    private void EmitTouches(PageTouch touch)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i].Field;
            touch.RefusedBit = RefusedBit(i);
            touch.AddressesIn(field.Value);
            if (field.Storage is Storage.Text text)
            {
                touch.Page(field.Value, text.ReadSize);
            }
            else if (field.Storage is Storage.Bytes bytes)
            {
                touch.AddressesIn(bytes.Length);
                touch.Page(field.Value, bytes.ReadSize);
            }
        }
    }

    /// <summary>The labels at which a read of memory may end.</summary>
    private sealed class MemoryEnds
    {
        public Label Null { get; } = new();

        /// <summary>Reached when the address is known and the memory there could not be read.</summary>
        public Label Unreadable { get; } = new();

        public Label Fault { get; } = new();

        /// <summary>Reached when a register on entry is needed and was not kept.</summary>
        public Label NotSeen { get; } = new();

        public Label Done { get; } = new();
    }
}
