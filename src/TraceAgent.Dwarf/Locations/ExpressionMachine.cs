using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Locations;

/// <summary>
/// Turns an expression into what a probe computes. DWARF 5, sections 2.5 and 2.6. It ends whatever the bytes say: each operation
/// takes at least one of them, and branches lead forward.
/// </summary>
internal ref partial struct ExpressionMachine
{
    private const int MaxStack = 64;

    private readonly LocationContext _context;
    private readonly ReadOnlySpan<byte> _expression;
    private readonly List<Operand> _stack = [];
    private readonly int _branches;
    private Cursor _cursor;
    private MissingReason? _failure;

    private ExpressionMachine(ReadOnlySpan<byte> expression, LocationContext context)
    {
        _context = context;
        _expression = expression;
        _cursor = new Cursor(expression);
    }

    /// <summary>A machine that goes on from a place behind a branch.</summary>
    private ExpressionMachine(ExpressionMachine before, int position)
        : this(before._expression, before._context)
    {
        _stack.AddRange(before._stack);
        _cursor = new Cursor(_expression, position);
        _branches = before._branches + 1;
    }

    /// <summary>The location that an expression describes.</summary>
    public static LocationPiece Run(ReadOnlySpan<byte> expression, LocationContext context) =>
        new ExpressionMachine(expression, context).Run();

    private LocationPiece Run()
    {
        const int mostPieces = 64;
        var parts = new List<Piece>();
        while (true)
        {
            var place = Place(out var end);
            if (_failure is { } failure)
            {
                return new LocationPiece.Missing(failure);
            }

            if (end is not { } piece)
            {
                return parts.Count == 0 ? place : new LocationPiece.Pieces([.. parts]);
            }

            parts.Add(new Piece(place, piece.Code == Op.Piece ? piece.First * 8 : piece.First, piece.Second));
            if (_cursor.IsAtEnd)
            {
                return new LocationPiece.Pieces([.. parts]);
            }

            if (parts.Count == mostPieces)
            {
                return new LocationPiece.Missing(MissingReason.TooComplex);
            }
        }
    }

    /// <summary>Runs up to the end of one place.</summary>
    /// <param name="end">The operation that says how much of the value is there; null at the end of the expression.</param>
    private LocationPiece Place(out Operation? end)
    {
        _stack.Clear();
        return Rest(out end);
    }

    /// <summary>Runs on from here up to the end of one place.</summary>
    private LocationPiece Rest(out Operation? end)
    {
        end = null;
        LocationPiece? place = null;
        while (!_cursor.IsAtEnd && _failure is null)
        {
            if (Operation.TryRead(ref _cursor, _context.Unit.Format) is not { } operation)
            {
                _failure = MissingReason.NotUnderstood;
                break;
            }

            if (operation.Code is Op.Piece or Op.BitPiece)
            {
                end = operation;
                break;
            }

            // After a register or an implicit value, only DW_OP_piece may follow (DWARF 5, section 2.6.1).
            if (place is not null && operation.Code is not (Op.Nop or Op.GnuUninitialized))
            {
                _failure = MissingReason.NotUnderstood;
                break;
            }

            place ??= operation.Code == Op.Branch ? AfterBranch(operation) : PlaceOf(operation);
            if (place is null)
            {
                Step(operation);
            }
        }

        return place ?? TopOfStack();
    }

    private readonly LocationPiece TopOfStack()
    {
        if (_stack.Count == 0)
        {
            return new LocationPiece.Missing(MissingReason.OptimisedOut);
        }

        var top = _stack[^1];
        return top switch
        {
            { IsTooComplex: true } => new LocationPiece.Missing(MissingReason.TooComplex),
            { Value: Expr.FileAddress file } => new LocationPiece.Static(file.Address),
            _ => new LocationPiece.Memory(top.Value),
        };
    }

    /// <summary>The place that an operation names by itself; null for one that computes.</summary>
    private LocationPiece? PlaceOf(Operation operation)
    {
        switch (operation.Code)
        {
            case >= Op.Register0 and <= Op.Register31:
                return InRegister((ulong)(operation.Code - Op.Register0));
            case Op.RegisterX:
                return InRegister(operation.First);
            case Op.ImplicitValue:
                return new LocationPiece.Bytes([.. _expression.Slice(operation.BlockAt, operation.BlockLength)]);
            case Op.ImplicitPointer or Op.GnuImplicitPointer:
                return new LocationPiece.Pointee(operation.First, (long)operation.Second);
            case Op.ThreadLocal or Op.GnuThreadLocal:
                return Pop() is { Value: Expr.Constant offset }
                    ? new LocationPiece.ThreadLocal((ulong)offset.Value)
                    : new LocationPiece.Missing(MissingReason.ThreadLocal);
            case Op.StackValue:
                return TopOfStack() switch
                {
                    LocationPiece.Memory memory => new LocationPiece.Value(memory.Address),
                    LocationPiece.Static known => new LocationPiece.Value(new Expr.FileAddress(known.Address)),
                    var missing => missing,
                };
            default:
                return null;
        }
    }

    private readonly LocationPiece InRegister(ulong register) => _context.IsGeneral(register)
        ? new LocationPiece.Value(new Expr.Register((int)register))
        : new LocationPiece.Missing(MissingReason.VectorRegister);

    private readonly Operand? Pop()
    {
        if (_stack.Count == 0)
        {
            return null;
        }

        var top = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private void Push(Operand? operand, MissingReason otherwise = MissingReason.NotUnderstood)
    {
        if (operand is { } value && _stack.Count < MaxStack && !value.IsTooComplex)
        {
            _stack.Add(value);
        }
        else
        {
            _failure = operand is null ? otherwise : MissingReason.TooComplex;
        }
    }

    private void PushRegister(ulong register, long offset)
    {
        if (_context.IsGeneral(register))
        {
            Push(Operand.Of(new Expr.Register((int)register)).Plus(offset));
        }
        else
        {
            _failure = MissingReason.VectorRegister;
        }
    }

    private void PushAddress(ulong? address) =>
        Push(address is { } known ? Operand.Of(new Expr.FileAddress(known)) : null);
}
