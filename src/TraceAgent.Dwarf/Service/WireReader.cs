using System.Text;
using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Locations;

namespace TraceAgent.Dwarf.Service;

/// <summary>
/// Reads what <see cref="WireWriter"/> writes, and trusts none of it: the process at the other end read a file of others. What
/// is out of bounds makes it fail, and everything is empty from then on.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    // A UTF-16 unit takes at most three bytes of UTF-8.
    private const int MaxText = 3 * WireWriter.MaxText;
    private const int MaxDepth = 300;

    // Only binaries of this machine are probed.
    private static readonly ulong LastRegister = (ulong)Architecture.OfThisMachine.RegisterOffsets.Count - 1;

    private static readonly ulong LastArgument = (ulong)Architecture.OfThisMachine.ArgumentRegisters.Count - 1;

    private Cursor _cursor = new(bytes);
    private int _depth;

    public readonly bool HasFailed => _cursor.HasFailed;

    public readonly bool IsAtEnd => _cursor.IsAtEnd;

    public ulong Number() => _cursor.Unsigned();

    public long Signed()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public byte Byte() => _cursor.Byte();

    public bool Flag() => _cursor.Byte() == 1;

    public uint Line() => (uint)Checked(Number(), uint.MaxValue);

    public string Text() => Encoding.UTF8.GetString(_cursor.Bytes(Checked(Number(), MaxText)));

    /// <summary>The number of items that follow: each takes a byte at least.</summary>
    public int Count(int most) => (int)Checked(Number(), (ulong)Math.Min(most, _cursor.Left));

    /// <summary>The index of one of <paramref name="count"/> things; null for none.</summary>
    public int? Index(int count) => (int)Checked(Number(), (ulong)count) is > 0 and var next ? next - 1 : null;

    public EquatableArray<string> Texts(int most)
    {
        var texts = new string[Count(most)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Text();
        }

        return [.. texts];
    }

    public SourcePlace Place() => new(Text(), Line(), Line());

    public LocationPiece Piece()
    {
        if (++_depth > MaxDepth)
        {
            Fail();
        }

        LocationPiece piece = Byte() switch
        {
            WireTag.Memory => new LocationPiece.Memory(Expression()),
            WireTag.Value => new LocationPiece.Value(Expression()),
            WireTag.Static => new LocationPiece.Static(Number()),
            WireTag.ThreadLocal => new LocationPiece.ThreadLocal(Number()),
            WireTag.Bytes => new LocationPiece.Bytes([.. _cursor.Bytes(Checked(Number(), MaxText))]),
            WireTag.Pieces => new LocationPiece.Pieces(Pieces()),
            WireTag.PointerTo => new LocationPiece.PointerTo(Piece(), Signed()),
            WireTag.FrameSlot => new LocationPiece.FrameSlot(Index(32), Signed(), Flag()),
            WireTag.Missing => new LocationPiece.Missing((MissingReason)Checked(Byte(), (ulong)MissingReason.NotUnderstood)),
            _ => Failed<LocationPiece>(new LocationPiece.Missing(MissingReason.NotUnderstood)),
        };
        _depth--;
        return piece;
    }

    /// <summary>The value if it is not above the most, else 0, and the reader has failed.</summary>
    public ulong Checked(ulong value, ulong most) => value <= most ? value : Failed(0UL);

    public T Failed<T>(T otherwise)
    {
        Fail();
        return otherwise;
    }

    private void Fail() => _cursor.Skip(ulong.MaxValue);

    private EquatableArray<Piece> Pieces()
    {
        const int most = 64;
        var parts = new Piece[Count(most)];
        for (var i = 0; i < parts.Length; i++)
        {
            var (bits, offset) = (Number(), Number());
            parts[i] = new Piece(Piece(), bits, offset);
        }

        return [.. parts];
    }

    private Expr Expression()
    {
        Expr expr = new Expr.Constant(0);
        if (++_depth > MaxDepth)
        {
            Fail();
        }

        switch (Byte())
        {
            case WireTag.Register:
                expr = new Expr.Register((int)Checked(Number(), LastRegister));
                break;
            case WireTag.Constant:
                expr = new Expr.Constant(Signed());
                break;
            case WireTag.Unary:
                expr = new Expr.Unary((UnaryOperator)Checked(Byte(), (ulong)UnaryOperator.Not), Expression());
                break;
            case WireTag.Binary:
                var sign = (BinaryOperator)Checked(Byte(), (ulong)BinaryOperator.OrElse);
                var left = Expression();
                expr = new Expr.Binary(sign, left, Expression());
                break;
            case WireTag.Load:
                var (size, isSigned) = (Size(), Flag());
                expr = new Expr.Load(Expression(), size, isSigned);
                break;
            case WireTag.Extend:
                (size, isSigned) = (Size(), Flag());
                expr = new Expr.Extend(Expression(), size, isSigned);
                break;
            case WireTag.Select:
                var (condition, then) = (Expression(), Expression());
                expr = new Expr.Select(condition, then, Expression());
                break;
            case WireTag.FileAddress:
                expr = new Expr.FileAddress(Number());
                break;
            case WireTag.EntryValue:
                var index = (int)Checked(Byte(), LastArgument);
                expr = new Expr.EntryValue(index, Expression());
                break;
            default:
                Fail();
                break;
        }

        _depth--;
        return expr;
    }

    private int Size()
    {
        var size = Byte();
        return size is 1 or 2 or 4 or 8 ? size : Failed(1);
    }
}
