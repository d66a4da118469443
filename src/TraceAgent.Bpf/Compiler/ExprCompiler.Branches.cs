using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Compiler;

/// <summary>The part for values that are computed only where a condition asks for them.</summary>
internal sealed partial class ExprCompiler
{
    private void ComputeSelect(Expr.Select select, Label onFault)
    {
        var (otherwise, end) = (new Label(), new Label());
        Compute(select.Condition, Reg.R0, onFault);
        code.JumpIf(Opcode.IfEqual, Reg.R0, 0, otherwise);
        Compute(select.Then, Reg.R0, onFault);
        code.Jump(end);
        code.Place(otherwise);
        Compute(select.Otherwise, Reg.R0, onFault);
        code.Place(end);
    }

    private void ComputeLogical(Expr.Binary binary, Label onFault)
    {
        var decided = new Label();
        var end = new Label();
        var decides = binary.Operator == BinaryOperator.AndAlso ? Opcode.IfEqual : Opcode.IfNotEqual;
        Compute(binary.Left, Reg.R0, onFault);
        code.JumpIf(decides, Reg.R0, 0, decided);
        Compute(binary.Right, Reg.R0, onFault);
        code.JumpIf(decides, Reg.R0, 0, decided);
        var decidedValue = binary.Operator == BinaryOperator.AndAlso ? 0 : 1;
        code.Set(Reg.R0, 1 - decidedValue);
        code.Jump(end);
        code.Place(decided);
        code.Set(Reg.R0, decidedValue);
        code.Place(end);
    }

    private void ToBoolean(Reg target, Action<Label> jumpIf)
    {
        var isTrue = new Label();
        var end = new Label();
        jumpIf(isTrue);
        code.Set(target, 0);
        code.Jump(end);
        code.Place(isTrue);
        code.Set(target, 1);
        code.Place(end);
    }
}
