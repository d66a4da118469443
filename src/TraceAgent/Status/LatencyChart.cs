using System.Globalization;
using System.Text;

namespace TraceAgent.Status;

/// <summary>Draws a histogram of durations with characters.</summary>
internal static class LatencyChart
{
    private const int Width = 40;
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const string Eighths = " ▏▎▍▌▋▊▉";
    private static readonly (string Unit, double Ns)[] Units = [("s", 1e9), ("ms", 1e6), ("µs", 1e3)];

    /// <summary>Draws a line for each bucket, and one with the mean and the bounds below which half and 99 % of the calls lie.</summary>
    public static string Of(LatencyStatus latency)
    {
        var text = new StringBuilder();
        var calls = latency.Buckets.Sum(bucket => bucket.Calls);
        var max = latency.Buckets.Max(bucket => bucket.Calls);
        foreach (var bucket in latency.Buckets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Time(bucket.AboveNs),9} … {Time(bucket.UpToNs),-9}{bucket.Calls,12:N0}  " +
                $"{Bar(bucket.Calls, max)}").TrimEnd().Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"mean {Time((double)latency.SumNs / calls)}, half up to {Time(Bound(latency, 0.5))}, " +
            $"99 % up to {Time(Bound(latency, 0.99))}\n");
        return text.ToString();
    }

    /// <summary>Draws the histogram in one line, with a character for each of its last buckets.</summary>
    /// <param name="latency">The durations.</param>
    /// <param name="width">The number of characters, at most.</param>
    public static string Line(LatencyStatus latency, int width)
    {
        var buckets = latency.Buckets.TakeLast(width).Select(bucket => bucket.Calls).ToList();
        var max = buckets.Max();
        return string.Concat(buckets.Select(calls => calls == 0 ? ' ' : Levels[(int)((calls * Levels.Length - 1) / max)]));
    }

    /// <summary>The upper bound of the bucket in which the call of that rank lies.</summary>
    public static ulong Bound(LatencyStatus latency, double share)
    {
        var rank = (long)Math.Ceiling(latency.Buckets.Sum(bucket => bucket.Calls) * share);
        foreach (var bucket in latency.Buckets)
        {
            rank -= bucket.Calls;
            if (rank <= 0)
            {
                return bucket.UpToNs;
            }
        }

        return 0;
    }

    private static string Bar(long calls, long max)
    {
        var eighths = calls == 0 ? 0 : Math.Max(1, (int)(calls * (Width * 8.0) / max));
        return new string('█', eighths / 8) + (eighths % 8 > 0 ? Eighths[eighths % 8] : "");
    }

    public static string Time(double ns)
    {
        foreach (var (unit, size) in Units)
        {
            if (ns >= size)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{ns / size:0.#} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{ns:0} ns");
    }

    private static StringBuilder TrimEnd(this StringBuilder text)
    {
        while (text[^1] == ' ')
        {
            text.Length--;
        }

        return text;
    }
}
