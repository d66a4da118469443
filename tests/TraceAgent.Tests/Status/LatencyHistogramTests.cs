using CsCheck;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Engine.Counters;
using TraceAgent.Status;

namespace TraceAgent.Tests.Status;

public class LatencyHistogramTests
{
    [Fact]
    public void Every_duration_lies_in_the_bucket_whose_bounds_hold_it() => Gen.ULong.Sample(ns =>
    {
        var bucket = DurationLayout.BucketOf(ns);

        Assert.InRange(bucket, 0, DurationLayout.Buckets - 1);
        Assert.True(bucket == 0 || ns > 1ul << (bucket - 1));
        Assert.True(bucket == DurationLayout.Buckets - 1 || ns <= 1ul << bucket);
    });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(1024, 10)]
    [InlineData(1025, 11)]
    [InlineData(ulong.MaxValue, 63)]
    public void A_bound_belongs_to_the_bucket_below(ulong ns, int bucket) => Assert.Equal(bucket, DurationLayout.BucketOf(ns));

    [Fact]
    public void What_is_added_is_counted_once_and_summed()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(1000);
        histogram.Add(1024);
        histogram.Add(1025);

        var counts = histogram.Counts;
        Assert.Equal((2, 1, 3, 3049UL), (counts.Buckets[10], counts.Buckets[11], counts.Buckets.Sum(), counts.SumNs));
    }

    [Fact]
    public void The_picture_shows_each_bucket_and_where_half_of_the_calls_lie()
    {
        var picture = LatencyChart.Of(
            new LatencyStatus(40_000, [new(512, 1024, 1), new(1024, 2048, 0), new(2048, 4096, 8), new(4096, 8192, 1)]));

        Assert.Equal(
            """
               512 ns … 1 µs                1  █████
                 1 µs … 2 µs                0
                 2 µs … 4.1 µs              8  ████████████████████████████████████████
               4.1 µs … 8.2 µs              1  █████
            mean 4 µs, half up to 4.1 µs, 99 % up to 8.2 µs

            """,
            picture);
    }
}
