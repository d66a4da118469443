using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Capture.Tests;

/// <summary>Where values are, in words.</summary>
public sealed class ExprTextTests
{
    private static readonly Expr Rdi = new Expr.Register(5);

    [Fact]
    public void Arguments_are_in_registers_and_then_on_the_stack()
    {
        Assert.Equal("rdi", Of(new CaptureType.Integer(4, Signed: true), Architecture.X64.Argument(0)));
        Assert.Equal("*(uint64*)(rsp + 8)", Of(new CaptureType.Integer(8, Signed: true), Architecture.X64.Argument(6)));
        Assert.Equal("x2", new ExprText(Architecture.Arm64, []).Of(Architecture.Arm64.Argument(2)));
    }

    [Fact]
    public void What_lies_in_memory_says_where_it_begins_and_how_long_it_is()
    {
        Assert.Equal("text at rdi", Of(new CaptureType.Text(128), Rdi));
        Assert.Equal("rsi bytes at rdi", Of(new CaptureType.Bytes(64), Rdi, new Expr.Register(4)));
        Assert.Equal("*(int64*)(rdi + 8) bytes at *(uint64*)rdi", Of(new CaptureType.TextObject(TextLayout.StandardString, 128), Rdi));
    }

    [Fact]
    public void Computed_values_are_expressions_as_c_has_them()
    {
        var field = new CaptureField(Rdi, new Storage.Scalar());
        var text = new ExprText(Architecture.X64, [field]);

        Assert.Equal(
            "(int32)rdi & 3", text.Of(new Expr.Binary(BinaryOperator.And, new Expr.Extend(Rdi, 4, Signed: true), new Expr.Constant(3))));
        Assert.Equal("*(int32*)(rdi - 16)", text.Of(
            new Expr.Load(new Expr.Binary(BinaryOperator.Add, Rdi, new Expr.Constant(-16)), 4, Signed: true)));
        Assert.Equal(
            "rax - (rdi on entry)", text.Of(new Expr.Binary(BinaryOperator.Subtract, new Expr.Register(0), new Expr.EntryField(0))));
    }

    private static string Of(CaptureType type, Expr value, Expr? length = null) =>
        new ExprText(Architecture.X64, []).Of(type.Capture(value, length));
}
