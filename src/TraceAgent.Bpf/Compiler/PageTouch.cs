using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// Emits the code that brings in a page that the traced program has not touched yet: it copies one byte, which may wait, where
/// <see cref="PageCheck"/> lets it.
/// </summary>
internal sealed class PageTouch(Assembler code, ExprCompiler expressions, PageCheck check)
{
    public PageCheck Check => check;

    /// <summary>The bit of <see cref="StackFrame.Refused"/> that is set when a page must not be waited for; null for none.</summary>
    public int? RefusedBit { get; set; }

    /// <summary>Brings in every page that computing the value reads.</summary>
    public void AddressesIn(Expr expr)
    {
        foreach (var (address, size) in ExprCompiler.ReadsIn(expr))
        {
            Page(address, size);
        }
    }

    /// <summary>Brings in the page of an address and the next page, where <paramref name="size"/> bytes reach into that.</summary>
    public void Page(Expr address, int size)
    {
        const int pageShift = 12;
        var skip = new Label();
        expressions.Compute(address, Reg.R3, skip);
        code.JumpIf(Opcode.IfEqual, Reg.R3, 0, skip);
        TouchAt(Reg.R3);
        expressions.Compute(address, Reg.R3, skip);
        code.Move(Reg.R4, Reg.R3);
        code.Arithmetic(Opcode.Add, Reg.R4, size - 1);
        code.Arithmetic(Opcode.ShiftRight, Reg.R3, pageShift);
        code.Arithmetic(Opcode.ShiftRight, Reg.R4, pageShift);
        code.JumpIf(Opcode.IfEqual, Reg.R3, Reg.R4, skip);
        code.Arithmetic(Opcode.ShiftLeft, Reg.R4, pageShift);
        TouchAt(Reg.R4);
        code.Place(skip);
    }

    private void TouchAt(Reg address)
    {
        code.Move(Reg.R1, address);
        check.Call();
        if (RefusedBit is { } bit)
        {
            code.Arithmetic(Opcode.ShiftLeft, Reg.R0, bit);
            code.Load(Reg.R1, Reg.Frame, StackFrame.Refused);
            code.Arithmetic(Opcode.Or, Reg.R1, Reg.R0);
            code.Store(Reg.Frame, StackFrame.Refused, Reg.R1);
        }
    }
}
