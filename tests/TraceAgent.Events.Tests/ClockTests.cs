using System.Globalization;
using System.Text;
using TraceAgent.Capture.Formatting;
using TraceAgent.Events.Decoding;

namespace TraceAgent.Events.Tests;

public class ClockTests
{
    private ClockSample _now = new(1_000, 5_001_000, 1_000);

    [Fact]
    public void The_narrowest_of_several_samples_decides()
    {
        var samples = new Queue<ClockSample>(
            [new(0, 90, 100), new(200, 1_205, 210), new(300, 1_340, 400), new(500, 1_590, 600), new(700, 1_780, 800)]);

        Assert.Equal(1_000, new WallClock(samples.Dequeue).ToUtc(0));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3_600_000_000_000, 3_600_000_000_000)]
    [InlineData(-1, 0)]
    [InlineData(-1_000_000, 0)]
    [InlineData(-1_000_001, -1_000_001)]
    public void A_step_of_the_wall_clock_is_followed_unless_it_is_a_small_one_back(long step, long followed)
    {
        var clock = new WallClock(() => _now);
        _now = _now with { Utc = _now.Utc + step };

        clock.Refresh();

        Assert.Equal(5_000_000 + followed, clock.ToUtc(0));
    }

    [Fact]
    public void The_real_clocks_agree_with_the_time()
    {
        var difference = UtcText.ToDateTimeOffset(new WallClock().UtcNow) - DateTimeOffset.UtcNow;

        Assert.InRange(difference.TotalMinutes, -1, 1);
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(-5, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(Sample.Epoch, "2026-11-22T15:27:33.667556412Z")]
    [InlineData(long.MaxValue, "2262-04-11T23:47:16.854775807Z")]
    public void A_time_has_nine_digits(long utc, string expected) => Assert.Equal(expected, TextOf(new UtcText(), utc));

    [Fact]
    public void Times_of_any_order_are_right()
    {
        var text = new UtcText();
        foreach (var utc in new[] { Sample.Epoch, Sample.Epoch + 999, Sample.Epoch - 1_000_000_000, Sample.Epoch })
        {
            var expected = UtcText.ToDateTimeOffset(utc).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
            Assert.StartsWith(expected, TextOf(text, utc), StringComparison.Ordinal);
        }
    }
    private static string TextOf(UtcText text, long utc)
    {
        var line = new LineBuffer();
        text.Append(line, utc);
        return line.ToString();
    }
}
