using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Frames;

namespace TraceAgent.Dwarf.Locations;

/// <summary>The things that an expression may refer to: the unit that it is of, and the frame at the address.</summary>
/// <param name="unit">The unit.</param>
/// <param name="architecture">The processor, which says which registers a probe sees.</param>
/// <param name="frame">The unwind row at the address; null when there is none.</param>
/// <param name="frameBase">The frame base of the function at the address; null when it has none.</param>
internal sealed class LocationContext(Unit unit, Architecture architecture, FrameRow? frame, LocationPiece? frameBase = null)
{
    public Unit Unit => unit;

    /// <summary>True at the first instruction of the function, where every register is as it was on entry.</summary>
    public bool IsEntry { get; init; }

    /// <summary>True for a register that a probe sees: a general one.</summary>
    public bool IsGeneral(ulong register) => register < (ulong)architecture.RegisterOffsets.Count;

    /// <summary>The canonical frame address; null when it is not known, or computed by an expression.</summary>
    public Operand? FrameAddress => frame is { CfaRegister: >= 0 } row && IsGeneral((ulong)row.CfaRegister)
        ? Operand.Of(new Expr.Register(row.CfaRegister)).Plus(row.CfaOffset)
        : null;

    /// <summary>A register as it was when the function was entered; null when no program could keep it.</summary>
    /// <param name="register">DWARF number of the register.</param>
    public Operand? EntryValue(int register)
    {
        // The canonical frame address is where the stack pointer was before the call (DWARF 5, section 6.4.1), so above the return address.
        var index = architecture.ArgumentRegisters.ToList().IndexOf(register);
        return index >= 0 && FrameAddress?.Plus(-architecture.StackPointerRise) is { } pointer
            ? new Operand(new Expr.EntryValue(index, pointer.Value), pointer.Nodes + 1, pointer.Loads)
            : null;
    }

    /// <summary>The address that <c>DW_OP_fbreg</c> counts from, which for some compilers is what a register holds.</summary>
    public Operand? FrameBase => frameBase switch
    {
        LocationPiece.Memory memory => Operand.Of(memory.Address),
        LocationPiece.Value { Computed: Expr.Register register } => Operand.Of(register),
        _ => null,
    };
}
