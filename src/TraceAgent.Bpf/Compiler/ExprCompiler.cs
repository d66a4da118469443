using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>
/// Emits the instructions that compute an <see cref="Expr"/>. Uses r0 to r5 and stack below the given place; expects the
/// context (<c>struct pt_regs</c>) in r6.
/// </summary>
/// <param name="code">The assembler of the program.</param>
/// <param name="registers">The offsets of the traced registers.</param>
/// <param name="stackTop">Offset from the frame pointer below which temporaries may lie, a negative multiple of 8.</param>
/// <param name="callLayout">The layout of the record on return of a call, where the entry of the call is in r8; null elsewhere.</param>
/// <param name="stackLimit">Offset that temporaries may not pass: they are refused then.</param>
internal sealed partial class ExprCompiler(
    Assembler code, Architecture registers, int stackTop, RecordLayout? callLayout = null, int stackLimit = StackFrame.Limit)
{
    private int _stack = stackTop;

    /// <param name="expr">The expression to compute.</param>
    /// <param name="target">The register for the result, r0 to r5.</param>
    /// <param name="onFault">The label to jump to when memory cannot be read.</param>
    public void Compute(Expr expr, Reg target, Label onFault)
    {
        switch (expr)
        {
            case Expr.Register register:
                code.Load(target, Reg.R6, registers.RegisterOffsets[register.Number]);
                break;
            case Expr.Constant constant:
                code.Set(target, constant.Value);
                break;
            case Expr.Extend extend:
                Compute(extend.Operand, target, onFault);
                Widen(target, extend.Size, extend.Signed);
                break;
            case Expr.Load load:
                ComputeLoad(load, target, onFault);
                break;
            case Expr.Unary unary:
                ComputeUnary(unary, target, onFault);
                break;
            case Expr.Binary binary:
                ComputeBinary(binary, onFault);
                code.Move(target, Reg.R0);
                break;
            case Expr.Special { Value: SpecialValue.Duration } when callLayout is null:
                throw new ArgumentException("only what is computed on return of a call knows the duration", nameof(expr));
            case Expr.Special { Value: SpecialValue.Duration }:
                code.Load(Reg.R1, Reg.R8, InFlightLayout.Time);
                code.Load(Reg.R0, Reg.Frame, StackFrame.ReturnTime);
                code.Arithmetic(Opcode.Subtract, Reg.R0, Reg.R1);
                code.Move(target, Reg.R0);
                break;
            case Expr.Special { Value: SpecialValue.Flags }:
                code.Load(target, Reg.R6, registers.FlagsOffset);
                break;
            case Expr.Special { Value: SpecialValue.LoadAddress }:
                ComputeLoadAddress(target);
                break;
            case Expr.Special { Value: SpecialValue.ThreadPointer }:
                ComputeThreadPointer(target);
                break;
            case Expr.Special special:
                ComputeSpecial(special.Value);
                code.Move(target, Reg.R0);
                break;
            case Expr.AncestorCgroup ancestor:
                code.Set(Reg.R1, ancestor.Level);
                code.Call(BpfFunction.GetCurrentAncestorCgroupId);
                code.Move(target, Reg.R0);
                break;
            case Expr.Select select:
                ComputeSelect(select, onFault);
                code.Move(target, Reg.R0);
                break;
            case Expr.EntryValue entry:
                ComputeEntryValue(entry, target, onFault);
                break;
            case Expr.EntryField entryField:
                ComputeEntryField(entryField.Index, target, onFault);
                break;
            case Expr.TextMatch { Length: { } length } match:
                ComputeCountedMatch(match, length, onFault);
                code.Move(target, Reg.R0);
                break;
            case Expr.TextMatch match:
                Compute(match.Address, Reg.R3, onFault);
                new TextMatchCompiler(code).MatchUserText(match.Test, Reserve(TextMatchCompiler.BufferSize(match.Test)), onFault);
                Release(TextMatchCompiler.BufferSize(match.Test));
                code.Move(target, Reg.R0);
                break;
            case Expr.CommMatch match:
                new TextMatchCompiler(code).MatchComm(match.Test, Reserve(TextMatchCompiler.CommBufferSize));
                Release(TextMatchCompiler.CommBufferSize);
                code.Move(target, Reg.R0);
                break;
            default:
                throw new ArgumentException($"no instructions for {expr}", nameof(expr));
        }
    }

    /// <summary>The addresses that computing the value reads, innermost first, with the number of bytes that are read at each.</summary>
    public static IEnumerable<(Expr Address, int Size)> ReadsIn(Expr expr) => expr switch
    {
        Expr.Load load => ReadsIn(load.Address).Append((load.Address, load.Size)),
        Expr.TextMatch { Length: { } length } match =>
            ReadsIn(length).Concat(ReadsIn(match.Address)).Concat(TextMatchCompiler.Reads(match, length)),
        Expr.TextMatch match => ReadsIn(match.Address).Append((match.Address, TextMatchCompiler.BufferSize(match.Test))),
        Expr.Unary unary => ReadsIn(unary.Operand),
        Expr.Extend extend => ReadsIn(extend.Operand),
        Expr.Binary binary => ReadsIn(binary.Left).Concat(ReadsIn(binary.Right)),
        Expr.Select select => ReadsIn(select.Condition).Concat(ReadsIn(select.Then)).Concat(ReadsIn(select.Otherwise)),
        _ => [],
    };

    private void ComputeEntryField(int index, Reg target, Label onFault)
    {
        var layout = callLayout ?? throw new ArgumentException("only what is computed on return of a call can use entry fields");
        var shift = InFlightLayout.EntryPart - layout.EntryPart;
        if (layout.Fields[index].OutcomeOffset is { } outcome)
        {
            code.Load(target, Reg.R8, outcome + shift, 1);
            code.JumpIf(Opcode.IfNotEqual, target, 0, onFault);
        }

        code.Load(target, Reg.R8, layout.Fields[index].Offset + shift);
    }

    private void ComputeCountedMatch(Expr.TextMatch match, Expr length, Label onFault)
    {
        var place = Reserve(16);
        Compute(length, Reg.R0, onFault);
        code.Store(Reg.Frame, place, Reg.R0);
        Compute(match.Address, Reg.R0, onFault);
        code.Store(Reg.Frame, place + 8, Reg.R0);
        var size = TextMatchCompiler.CountedBufferSize(match.Test);
        new TextMatchCompiler(code).MatchCountedText(match.Test, place, Reserve(size), onFault);
        Release(size);
        Release(16);
    }

    private void ComputeLoad(Expr.Load load, Reg target, Label onFault)
    {
        Compute(load.Address, Reg.R3, onFault);
        var temporary = Reserve(8);
        code.Move(Reg.R1, Reg.Frame);
        code.Arithmetic(Opcode.Add, Reg.R1, temporary);
        code.Set(Reg.R2, load.Size);
        code.Call(BpfFunction.ProbeReadUser);
        code.JumpIf(Opcode.IfNotEqual, Reg.R0, 0, onFault);
        code.Load(target, Reg.Frame, temporary, load.Size);
        if (load.Signed)
        {
            Widen(target, load.Size, signed: true);
        }

        Release(8);
    }

    private void ComputeUnary(Expr.Unary unary, Reg target, Label onFault)
    {
        Compute(unary.Operand, target, onFault);
        switch (unary.Operator)
        {
            case UnaryOperator.Negate:
                code.Arithmetic(Opcode.Negate, target, 0);
                break;
            case UnaryOperator.Complement:
                code.Arithmetic(Opcode.Xor, target, -1);
                break;
            default:
                ToBoolean(target, jump => code.JumpIf(Opcode.IfEqual, target, 0, jump));
                break;
        }
    }

    private void ComputeBinary(Expr.Binary binary, Label onFault)
    {
        if (binary.Operator is BinaryOperator.AndAlso or BinaryOperator.OrElse)
        {
            ComputeLogical(binary, onFault);
            return;
        }

        Compute(binary.Left, Reg.R0, onFault);
        if (binary.Right is Expr.Register or Expr.Constant)
        {
            Compute(binary.Right, Reg.R1, onFault);
        }
        else
        {
            var temporary = Reserve(8);
            code.Store(Reg.Frame, temporary, Reg.R0);
            Compute(binary.Right, Reg.R1, onFault);
            code.Load(Reg.R0, Reg.Frame, temporary);
            Release(8);
        }

        if (ArithmeticOf(binary.Operator) is { } operation)
        {
            code.Arithmetic(operation, Reg.R0, Reg.R1);
        }
        else
        {
            var comparison = ComparisonOf(binary.Operator);
            ToBoolean(Reg.R0, jump => code.JumpIf(comparison, Reg.R0, Reg.R1, jump));
        }
    }

    private void ComputeSpecial(SpecialValue value)
    {
        code.Call(value switch
        {
            SpecialValue.Pid or SpecialValue.Tid => BpfFunction.GetCurrentPidTgid,
            SpecialValue.Uid or SpecialValue.Gid => BpfFunction.GetCurrentUidGid,
            SpecialValue.Now => BpfFunction.KtimeGetNs,
            _ => BpfFunction.GetCurrentCgroupId,
        });
        if (value is SpecialValue.Pid or SpecialValue.Gid)
        {
            code.Arithmetic(Opcode.ShiftRight, Reg.R0, 32);
        }
        else if (value is SpecialValue.Tid or SpecialValue.Uid)
        {
            Widen(Reg.R0, 4, signed: false);
        }
    }

    private void Widen(Reg register, int size, bool signed)
    {
        var unused = 64 - (size * 8);
        code.Arithmetic(Opcode.ShiftLeft, register, unused);
        code.Arithmetic(signed ? Opcode.ShiftRightArithmetic : Opcode.ShiftRight, register, unused);
    }

    private int Reserve(int size)
    {
        _stack -= RecordLayout.Align(size);
        return _stack >= stackLimit
            ? _stack
            : throw new ArgumentException("the expression is nested too deeply for the kernel's 512-byte stack");
    }

    private void Release(int size) => _stack += RecordLayout.Align(size);

    private static byte? ArithmeticOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add => Opcode.Add,
        BinaryOperator.Subtract => Opcode.Subtract,
        BinaryOperator.Multiply => Opcode.Multiply,
        BinaryOperator.Divide => Opcode.Divide,
        BinaryOperator.Modulo => Opcode.Modulo,
        BinaryOperator.And => Opcode.And,
        BinaryOperator.Or => Opcode.Or,
        BinaryOperator.Xor => Opcode.Xor,
        BinaryOperator.ShiftLeft => Opcode.ShiftLeft,
        BinaryOperator.ShiftRight => Opcode.ShiftRight,
        BinaryOperator.ShiftRightArithmetic => Opcode.ShiftRightArithmetic,
        _ => null,
    };

    private static byte ComparisonOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Equal => Opcode.IfEqual,
        BinaryOperator.NotEqual => Opcode.IfNotEqual,
        BinaryOperator.Less => Opcode.IfLess,
        BinaryOperator.LessOrEqual => Opcode.IfLessOrEqual,
        BinaryOperator.Greater => Opcode.IfGreater,
        BinaryOperator.GreaterOrEqual => Opcode.IfGreaterOrEqual,
        BinaryOperator.Below => Opcode.IfBelow,
        BinaryOperator.BelowOrEqual => Opcode.IfBelowOrEqual,
        BinaryOperator.Above => Opcode.IfAbove,
        _ => Opcode.IfAboveOrEqual,
    };
}
