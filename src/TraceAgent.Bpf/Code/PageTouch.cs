using TraceAgent.Capture;

namespace TraceAgent.Bpf.Code;

/// <summary>
/// Emits what brings in a page that the traced program has not touched yet: bpf_copy_from_user, which may wait, of one byte
/// that nobody needs.
/// </summary>
internal sealed class PageTouch(Assembler code, ExprCompiler expressions)
{
    /// <summary>Whether anything was emitted: the program may wait then.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Every page that computing the value reads.</summary>
    public void AddressesIn(Expr expr)
    {
        foreach (var (address, size) in ExprCompiler.ReadsIn(expr))
        {
            Page(address, size);
        }
    }

    /// <summary>Brings in the page of an address and, where <paramref name="size"/> bytes from it pass into the next page, that one.</summary>
    public void Page(Expr address, int size)
    {
        const int pageShift = 12;
        var skip = new Label();
        expressions.Compute(address, Reg.R3, skip);
        code.JumpIf(Opcode.IfEqual, Reg.R3, 0, skip);
        CopyOneByte();
        expressions.Compute(address, Reg.R3, skip);
        code.Move(Reg.R4, Reg.R3);
        code.Arithmetic(Opcode.Add, Reg.R4, size - 1);
        code.Arithmetic(Opcode.ShiftRight, Reg.R3, pageShift);
        code.Arithmetic(Opcode.ShiftRight, Reg.R4, pageShift);
        code.JumpIf(Opcode.IfEqual, Reg.R3, Reg.R4, skip);
        code.Move(Reg.R3, Reg.R4);
        code.Arithmetic(Opcode.ShiftLeft, Reg.R3, pageShift);
        CopyOneByte();
        code.Place(skip);
    }

    private void CopyOneByte()
    {
        IsUsed = true;
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, StackFrame.Scratch);
        code.Set(Reg.R2, 1);
        code.Call(BpfFunction.CopyFromUser);
    }
}
