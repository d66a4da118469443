using System.Globalization;
using TraceAgent.Capture;
using TraceAgent.Capture.Values;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Types;

/// <summary>Names of numbers, as <c>enum {0: GET, 1: POST}</c> gives them.</summary>
internal static class EnumNames
{
    /// <summary>
    /// The type; null when the numbers are none or stand there twice. An int, unless a number needs 64 bits.
    /// </summary>
    public static CaptureType.Enumeration? Of(IEnumerable<(string Number, string Name)> pairs, out string problem)
    {
        var names = new List<KeyValuePair<long, string>>();
        foreach (var (number, name) in pairs)
        {
            if (!TryNumber(number, out var value))
            {
                problem = $"'{Quoted.Clip(number)}' is not a number";
                return null;
            }

            if (names.Any(n => n.Key == value))
            {
                problem = $"{value} has two names";
                return null;
            }

            names.Add(new(value, name));
        }

        problem = names.Count == 0 ? "an enum without names" : "";
        var size = names.All(n => n.Key is >= int.MinValue and <= int.MaxValue) ? 4 : 8;
        return names.Count == 0 ? null : new CaptureType.Enumeration(size, names.ToEquatableArray());
    }

    private static bool TryNumber(string text, out long value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
