using System.Globalization;
using System.Text;
using CsCheck;
using TraceAgent.Events;

namespace TraceAgent.Tests.Events;

public sealed class DecimalDigitsTests
{
    [Fact]
    public void Numbers_of_every_length_are_written_as_dotnet_writes_them()
    {
        foreach (var power in Enumerable.Range(0, DecimalDigits.Most).Select(exponent => (ulong)Math.Pow(10, exponent)))
        {
            Check(power - 1);
            Check(power);
        }

        Gen.ULong.Sample(Check);
        Gen.Long.Sample(number =>
        {
            var line = new LineBuffer();
            line.Append(number);
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), line.ToString());
        });
        Check(ulong.MaxValue);
    }

    [Theory]
    [InlineData(7, 9, "000000007")]
    [InlineData(123_456_789, 9, "123456789")]
    [InlineData(1_234, 3, "234")]
    [InlineData(ulong.MaxValue, 1, "5")]
    [InlineData(ulong.MaxValue, 3, "615")]
    public void A_number_fills_its_place(ulong number, int digits, string expected)
    {
        var place = new byte[digits];

        DecimalDigits.Fill(number, place);

        Assert.Equal(expected, Encoding.ASCII.GetString(place));
    }

    private static void Check(ulong number)
    {
        var line = new LineBuffer();
        line.Append(number);
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), line.ToString());
    }
}
