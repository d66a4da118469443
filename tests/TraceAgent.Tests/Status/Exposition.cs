using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceAgent.Tests.Status;

/// <summary>Reads Prometheus' text format, strictly: what a scraper, or promtool, would refuse fails.</summary>
internal static partial class Exposition
{
    /// <summary>From the sample with its labels, as written, to its value.</summary>
    public static Dictionary<string, double> Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var samples = new Dictionary<string, double>();
        var seen = new HashSet<string>();
        var (family, type) = ("", "");
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(seen.Add(family), $"{family} comes twice");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.Equal(family, line.Split(' ')[2]);
                type = line.Split(' ')[3];
                Assert.Contains(type, (string[])["counter", "gauge", "histogram"]);
                Assert.Equal(type == "counter", family.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                var match = Sample().Match(line);
                Assert.True(match.Success, $"no sample: {line}");
                var name = match.Groups[1].Value;
                Assert.True(name == family
                    || (type == "histogram" && name.StartsWith(family + "_", StringComparison.Ordinal)), $"{name} stands below {family}");
                Assert.True(samples.TryAdd(match.Groups[1].Value
                    + match.Groups[2].Value, double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)), $"twice: {line}");
            }
        }

        return samples;
    }

    [GeneratedRegex("""^([a-z_]+)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?[0-9]+(?:\.[0-9]+)?)$""")]
    private static partial Regex Sample();
}
