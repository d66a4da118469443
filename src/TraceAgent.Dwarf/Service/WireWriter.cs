using System.Buffers;
using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Locations;

namespace TraceAgent.Dwarf.Service;

/// <summary>
/// Writes questions and answers for the same executable at the other end: numbers as LEB128, texts and lists after their length.
/// </summary>
internal sealed class WireWriter
{
    /// <summary>The maximum number of characters of a text, and of bytes of a constant.</summary>
    public const int MaxText = 4096;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Number(ulong value)
    {
        do
        {
            var part = (byte)(value & 0x7f);
            value >>= 7;
            Byte((byte)(value == 0 ? part : part | 0x80));
        }
        while (value != 0);
    }

    public void Signed(long value) => Number(((ulong)value << 1) ^ (ulong)(value >> 63));

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    public void Append(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Text(string text)
    {
        text = text.Length <= MaxText ? text : text[..MaxText];
        var length = Encoding.UTF8.GetByteCount(text);
        Number((ulong)length);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(Math.Max(length, 1))));
    }

    public void List<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Number((ulong)items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }

    /// <summary>Writes the index of something, or that there is none.</summary>
    public void Index(int? index) => Number((ulong)((long)(index ?? -1) + 1));

    public void Place(SourcePlace place)
    {
        Text(place.File);
        Number(place.Line);
        Number(place.Column);
    }

    public void Piece(LocationPiece piece)
    {
        switch (piece)
        {
            case LocationPiece.Memory memory:
                Byte(WireTag.Memory);
                Expression(memory.Address);
                break;
            case LocationPiece.Value value:
                Byte(WireTag.Value);
                Expression(value.Computed);
                break;
            case LocationPiece.Static known:
                Byte(WireTag.Static);
                Number(known.Address);
                break;
            case LocationPiece.ThreadLocal local:
                Byte(WireTag.ThreadLocal);
                Number(local.Offset);
                break;
            case LocationPiece.Bytes { Content.Count: > MaxText }:
                Piece(new LocationPiece.Missing(MissingReason.TooComplex));
                break;
            case LocationPiece.Bytes bytes:
                Byte(WireTag.Bytes);
                List([.. bytes.Content], Byte);
                break;
            case LocationPiece.Pieces pieces:
                Byte(WireTag.Pieces);
                List([.. pieces.Parts], part =>
                {
                    Number(part.Bits);
                    Number(part.BitOffset);
                    Piece(part.Place);
                });
                break;
            case LocationPiece.PointerTo pointer:
                Byte(WireTag.PointerTo);
                Piece(pointer.Target);
                Signed(pointer.Offset);
                break;
            case LocationPiece.FrameSlot slot:
                Byte(WireTag.FrameSlot);
                Index(slot.Register);
                Signed(slot.Offset);
                Flag(slot.IsIndirect);
                break;
            case LocationPiece.Missing missing:
                Byte(WireTag.Missing);
                Byte((byte)missing.Reason);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(piece));
        }
    }

    /// <summary>Writes an expression; it has the nodes that <see cref="Operand"/> allows, so it may recurse.</summary>
    private void Expression(Expr expr)
    {
        switch (expr)
        {
            case Expr.Register register:
                Byte(WireTag.Register);
                Number((ulong)register.Number);
                break;
            case Expr.Constant constant:
                Byte(WireTag.Constant);
                Signed(constant.Value);
                break;
            case Expr.Unary unary:
                Byte(WireTag.Unary);
                Byte((byte)unary.Operator);
                Expression(unary.Operand);
                break;
            case Expr.Binary binary:
                Byte(WireTag.Binary);
                Byte((byte)binary.Operator);
                Expression(binary.Left);
                Expression(binary.Right);
                break;
            case Expr.Load load:
                Byte(WireTag.Load);
                Byte((byte)load.Size);
                Flag(load.Signed);
                Expression(load.Address);
                break;
            case Expr.Extend extend:
                Byte(WireTag.Extend);
                Byte((byte)extend.Size);
                Flag(extend.Signed);
                Expression(extend.Operand);
                break;
            case Expr.Select select:
                Byte(WireTag.Select);
                Expression(select.Condition);
                Expression(select.Then);
                Expression(select.Otherwise);
                break;
            case Expr.FileAddress file:
                Byte(WireTag.FileAddress);
                Number(file.Address);
                break;
            case Expr.EntryValue entry:
                Byte(WireTag.EntryValue);
                Byte((byte)entry.Index);
                Expression(entry.StackPointer);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(expr));
        }
    }
}

/// <summary>The bytes that tell what follows.</summary>
internal static class WireTag
{
    public const byte Memory = 1;
    public const byte Value = 2;
    public const byte Static = 3;
    public const byte Bytes = 4;
    public const byte Pieces = 5;
    public const byte PointerTo = 6;
    public const byte Missing = 7;
    public const byte FrameSlot = 8;
    public const byte ThreadLocal = 9;

    public const byte Register = 1;
    public const byte Constant = 2;
    public const byte Unary = 3;
    public const byte Binary = 4;
    public const byte Load = 5;
    public const byte Extend = 6;
    public const byte EntryValue = 7;
    public const byte FileAddress = 8;
    public const byte Select = 9;

    public const byte Files = 1;
    public const byte Lines = 2;
    public const byte Code = 3;
    public const byte Function = 4;
    public const byte Parameters = 5;
    public const byte Wanted = 6;
}
