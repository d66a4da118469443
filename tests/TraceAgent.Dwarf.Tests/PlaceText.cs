using System.Globalization;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Locations;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Writes places so that a script can evaluate them: expressions in reverse Polish notation.</summary>
internal static class PlaceText
{
    public static string Of(LocationPiece place) => place switch
    {
        LocationPiece.Memory memory => $"memory {Of(memory.Address)}",
        LocationPiece.Value value => $"value {Of(value.Computed)}",
        LocationPiece.Static known => $"static {known.Address:x}",
        LocationPiece.ThreadLocal local => $"threadlocal {local.Offset:x}",
        LocationPiece.Bytes bytes => $"bytes {Convert.ToHexStringLower([.. bytes.Content])}",
        LocationPiece.Pieces pieces => $"pieces {string.Join(" | ", pieces.Parts.Select(part => $"{part.Bits} {Of(part.Place)}"))}",
        LocationPiece.Pointee pointee => $"pointee {pointee.Entry:x}+{pointee.Offset}",
        LocationPiece.PointerTo pointer => $"pointer {pointer.Offset} to {Of(pointer.Target)}",
        LocationPiece.Missing missing => $"missing {missing.Reason}",
        _ => "?",
    };

    private static string Of(Expr expr) => expr switch
    {
        Expr.Register register => $"r{register.Number}",
        Expr.Constant constant => constant.Value.ToString(CultureInfo.InvariantCulture),
        Expr.Unary unary => $"{Of(unary.Operand)} {unary.Operator}",
        Expr.Binary binary => $"{Of(binary.Left)} {Of(binary.Right)} {binary.Operator}",
        Expr.Load load => $"{Of(load.Address)} load{(load.Signed ? "s" : "u")}{load.Size}",
        Expr.Extend extend => $"{Of(extend.Operand)} extend{(extend.Signed ? "s" : "u")}{extend.Size}",
        Expr.Select select => $"{Of(select.Condition)} {Of(select.Then)} {Of(select.Otherwise)} Select",
        Expr.FileAddress file => $"file{file.Address:x}",
        Expr.EntryValue entry => $"{Of(entry.StackPointer)} entry{entry.Index}",
        _ => "?",
    };
}
