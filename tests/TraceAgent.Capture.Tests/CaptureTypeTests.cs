using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;

namespace TraceAgent.Capture.Tests;

public sealed class CaptureTypeTests
{
    private static readonly Expr Value = new Expr.Register(5);

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(4, true)]
    public void The_upper_half_of_a_register_does_not_count_for_a_narrow_integer(int size, bool signed) =>
        Assert.Equal(
            new CaptureField(new Expr.Extend(Value, size, signed), new Storage.Scalar()),
            new CaptureType.Integer(size, signed).Capture(Value));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_64_bit_integer_is_the_register(bool signed) =>
        Assert.Equal(new CaptureField(Value, new Storage.Scalar()), new CaptureType.Integer(8, signed).Capture(Value));

    [Fact]
    public void A_pointer_is_the_register() =>
        Assert.Equal(new CaptureField(Value, new Storage.Scalar()), new CaptureType.Pointer().Capture(Value));

    [Fact]
    public void A_text_is_what_the_register_points_to() =>
        Assert.Equal(new CaptureField(Value, new Storage.Text(64)), new CaptureType.Text(64).Capture(Value));

    [Fact]
    public void A_value_without_a_type_is_a_signed_64_bit_integer() => Assert.Equal(new CaptureType.Integer(8, true), CaptureType.Default);
}
