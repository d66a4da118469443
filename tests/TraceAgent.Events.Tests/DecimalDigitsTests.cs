using System.Globalization;
using System.Text;
using CsCheck;
using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events.Tests;

public sealed class DecimalDigitsTests
{
    [Fact]
    public void Numbers_of_every_length_are_written_as_dotnet_writes_them()
    {
        foreach (var power in Enumerable.Range(0, DecimalDigits.MaxDigits).Select(exponent => (ulong)Math.Pow(10, exponent)))
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

    [Fact]
    public void Numbers_in_one_buffer_are_each_themselves_however_they_follow() =>
        Gen.OneOf(Gen.ULong[0, 300], Gen.ULong).Array[1, 60].Sample(numbers =>
    {
        var line = new LineBuffer();
        foreach (var number in numbers)
        {
            line.Append(number);
            line.Append(' ');
        }

        Assert.Equal(string.Concat(numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"{number} "))), line.ToString());
    });

    [Fact]
    public void Eight_digits_are_written_with_the_zeros_before_them() => Gen.UInt[0, 99_999_999].Sample(number =>
    {
        var place = new byte[8];

        DecimalDigits.WriteEight(number, place);

        Assert.Equal(number.ToString("d8", CultureInfo.InvariantCulture), Encoding.ASCII.GetString(place));
    });

    [Fact]
    public void Every_number_of_four_digits_is_right_in_both_halves()
    {
        var place = new byte[8];
        for (var number = 0U; number < 10_000; number++)
        {
            DecimalDigits.WriteEight((number * 10_000) + number, place);

            Assert.Equal($"{number:d4}{number:d4}", Encoding.ASCII.GetString(place));
        }
    }

    private static void Check(ulong number)
    {
        var line = new LineBuffer();
        line.Append(number);
        Assert.Equal(number.ToString(CultureInfo.InvariantCulture), line.ToString());
    }
}
