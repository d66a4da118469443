using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;

namespace TraceAgent.Symbols.Functions;

/// <summary>The place of a value's lowest bytes when the function began.</summary>
/// <param name="Register">DWARF number of the register; null for a vector register, and for the stack.</param>
/// <param name="Stack">Bytes from the stack pointer on entry, for a value that the caller put there.</param>
/// <param name="Size">Bytes that are still those of the entry.</param>
internal sealed record PassedValue(int? Register, long? Stack, int Size)
{
    /// <summary>The location of the value.</summary>
    public LocationPiece Place => this switch
    {
        { Register: { } register } => new LocationPiece.Value(new Expr.Register(register)),
        { Stack: { } stack } => new LocationPiece.Memory(new Expr.Binary(
            BinaryOperator.Add, new Expr.Register(Architecture.X64.StackPointer), new Expr.Constant(stack))),
        _ => new LocationPiece.Missing(MissingReason.VectorRegister),
    };

    /// <summary>The same, of which at most so many bytes were moved.</summary>
    /// <param name="size">The length in bytes.</param>
    public PassedValue Narrowed(int size) => this with { Size = Math.Min(Size, size) };
}
