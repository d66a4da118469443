using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Bytes;
using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Locations;

/// <summary>The operations that compute.</summary>
internal ref partial struct ExpressionMachine
{
    private const int AddressBits = 64;

    private void Step(Operation operation)
    {
        switch (operation.Code)
        {
            case Op.Address:
                PushAddress(operation.First);
                break;
            case Op.AddressIndex or Op.GnuAddressIndex:
                PushAddress(_context.Unit.Bases.AddressAt(operation.First));
                break;
            case Op.ConstantIndex or Op.GnuConstantIndex:
                Push(_context.Unit.Bases.AddressAt(operation.First) is { } constant ? Operand.Constant(constant) : null);
                break;
            case >= Op.Const1u and <= Op.Consts:
                Push(Operand.Constant(operation.First));
                break;
            case >= Op.Literal0 and <= Op.Literal31:
                Push(Operand.Constant((ulong)(operation.Code - Op.Literal0)));
                break;
            case >= Op.BaseRegister0 and <= Op.BaseRegister31:
                PushRegister((ulong)(operation.Code - Op.BaseRegister0), (long)operation.First);
                break;
            case Op.BaseRegisterX:
                PushRegister(operation.First, (long)operation.Second);
                break;
            case Op.FrameBase:
                Push(_context.FrameBase?.Plus((long)operation.First), MissingReason.NoFrame);
                break;
            case Op.FrameAddress:
                Push(_context.FrameAddress, MissingReason.NoFrame);
                break;
            case >= Op.Duplicate and <= Op.Rotate:
                Shuffle(operation);
                break;
            case Op.Deref:
                Push(Pop()?.Load(8, isSigned: false));
                break;
            case Op.DerefSize when operation.First is 1 or 2 or 4 or 8:
                Push(Pop()?.Load((int)operation.First, isSigned: false));
                break;
            case Op.PlusConstant:
                Push(Pop()?.Plus((long)operation.First));
                break;
            case Op.Nop or Op.GnuUninitialized:
                break;
            case Op.Skip when Target(operation, _cursor.Position) is { } to:
                _cursor = new Cursor(_expression, to);
                break;
            case >= Op.Absolute and <= Op.NotEqual when operation.Code != Op.Branch:
                Calculate(operation.Code);
                break;
            case >= Op.ConstantOfType and <= Op.Reinterpret or >= Op.GnuConstantOfType and <= Op.GnuReinterpret:
                Typed(operation);
                break;
            case Op.EntryValue or Op.GnuEntryValue when _context.IsEntry
                && _expression.Slice(operation.BlockAt, operation.BlockLength) is [>= Op.Register0 and <= Op.Register31 and var register]:
                PushRegister((ulong)(register - Op.Register0), 0);
                break;
            case Op.EntryValue or Op.GnuEntryValue:
                Push(EntryValue(operation), MissingReason.NeedsEntryValue);
                break;
            default:
                _failure = ReasonAgainst(operation.Code);
                break;
        }
    }

    /// <summary>A register as it was on entry; null for a computation from several, and where the frame is not known.</summary>
    private readonly Operand? EntryValue(Operation operation) =>
        _expression.Slice(operation.BlockAt, operation.BlockLength) is [>= Op.Register0 and <= Op.Register31 and var register]
            ? _context.EntryValue(register - Op.Register0)
            : null;

    private static MissingReason ReasonAgainst(byte code) => code switch
    {
        Op.Skip => MissingReason.Branches,
        Op.GnuParameterReference => MissingReason.CallerArgument,
        _ => MissingReason.NotUnderstood,
    };

    private void Shuffle(Operation operation)
    {
        var depth = operation.Code switch
        {
            Op.Duplicate or Op.Drop => 1,
            Op.Over or Op.Swap => 2,
            Op.Rotate => 3,
            _ => (int)operation.First + 1,
        };
        if (_stack.Count < depth)
        {
            _failure = MissingReason.NotUnderstood;
            return;
        }

        switch (operation.Code)
        {
            case Op.Drop:
                Pop();
                break;
            case Op.Swap or Op.Rotate:
                // The top moves below the next value (DW_OP_swap) or the next two (DW_OP_rot).
                _stack.Insert(_stack.Count - depth, _stack[^1]);
                Pop();
                break;
            default:
                Push(_stack[^depth]);
                break;
        }
    }

    private void Calculate(byte code)
    {
        var top = Pop();
        if (code is Op.Negate or Op.Not)
        {
            Push(top?.Unary(code == Op.Negate ? UnaryOperator.Negate : UnaryOperator.Complement));
            return;
        }

        if (code == Op.Absolute)
        {
            Push(top is { } value ? AbsoluteOf(value) : null);
            return;
        }

        if (top is not { } right || Pop() is not { } left)
        {
            _failure = MissingReason.NotUnderstood;
            return;
        }

        if (code == Op.Plus && right is { Value: Expr.Constant constant })
        {
            Push(left.Plus(constant.Value));
        }
        else if (code == Op.Divide)
        {
            Push(SignedQuotient(left, right));
        }
        else if (BinaryOf(code) is { } sign)
        {
            Push(Operand.Binary(sign, left, right));
        }
        else
        {
            _failure = MissingReason.NotUnderstood;
        }
    }

    private static BinaryOperator? BinaryOf(byte code) => code switch
    {
        Op.And => BinaryOperator.And,
        Op.Minus => BinaryOperator.Subtract,
        Op.Modulo => BinaryOperator.Modulo,
        Op.Multiply => BinaryOperator.Multiply,
        Op.Or => BinaryOperator.Or,
        Op.Plus => BinaryOperator.Add,
        Op.ShiftLeft => BinaryOperator.ShiftLeft,
        Op.ShiftRight => BinaryOperator.ShiftRight,
        Op.ShiftRightArithmetic => BinaryOperator.ShiftRightArithmetic,
        Op.Xor => BinaryOperator.Xor,
        Op.Equal => BinaryOperator.Equal,
        Op.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        Op.Greater => BinaryOperator.Greater,
        Op.LessOrEqual => BinaryOperator.LessOrEqual,
        Op.Less => BinaryOperator.Less,
        Op.NotEqual => BinaryOperator.NotEqual,
        _ => null,
    };

    /// <summary>−1 for a negative value, else 0.</summary>
    private static Operand SignOf(Operand value) =>
        Operand.Binary(BinaryOperator.ShiftRightArithmetic, value, Operand.Constant(AddressBits - 1));

    /// <summary>Negates a value where a sign is −1: two's complement.</summary>
    private static Operand WithSign(Operand value, Operand sign) =>
        Operand.Binary(BinaryOperator.Subtract, Operand.Binary(BinaryOperator.Xor, value, sign), sign);

    private static Operand AbsoluteOf(Operand value) =>
        value.Value is Expr.Constant { Value: >= 0 } ? value : WithSign(value, SignOf(value));

    /// <summary>Divides with signs, as DW_OP_div does; BPF before its instruction set v4 divides without.</summary>
    private static Operand SignedQuotient(Operand left, Operand right)
    {
        var quotient = Operand.Binary(BinaryOperator.Divide, AbsoluteOf(left), AbsoluteOf(right));
        return WithSign(quotient, SignOf(Operand.Binary(BinaryOperator.Xor, left, right)));
    }

    private void Typed(Operation operation)
    {
        var type = operation.Code switch
        {
            Op.RegisterOfType or Op.GnuRegisterOfType or Op.DerefType or Op.GnuDerefType => operation.Second,
            _ => operation.First,
        };
        if (BaseNumber.TryRead(_context.Unit, type) is not { } number)
        {
            _failure = MissingReason.FloatingPoint;
            return;
        }

        switch (operation.Code)
        {
            case Op.ConstantOfType or Op.GnuConstantOfType when operation.BlockLength == number.Size:
                var bytes = new Cursor(_expression, operation.BlockAt);
                Push(Operand.Constant(bytes.Fixed(number.Size)).Extend(number.Size, number.IsSigned));
                break;
            case Op.RegisterOfType or Op.GnuRegisterOfType:
                PushRegister(operation.First, 0);
                if (_failure is null)
                {
                    Push(Pop()?.Extend(number.Size, number.IsSigned));
                }

                break;
            case Op.DerefType or Op.GnuDerefType when operation.First == (ulong)number.Size:
                Push(Pop()?.Load(number.Size, number.IsSigned));
                break;
            case Op.Convert or Op.GnuConvert or Op.Reinterpret or Op.GnuReinterpret:
                Push(Pop()?.Extend(number.Size, number.IsSigned));
                break;
            default:
                _failure = MissingReason.NotUnderstood;
                break;
        }
    }
}
