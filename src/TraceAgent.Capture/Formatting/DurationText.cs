namespace TraceAgent.Capture.Formatting;

/// <summary>Writes durations as messages show them.</summary>
public static class DurationText
{
    /// <summary>True for the formats that give a plain number in that unit: ns, us, µs, ms, s.</summary>
    public static bool IsUnit(string? format) => DigitsOf(format) >= 0;

    /// <summary>
    /// Writes <c>35ns</c>, <c>1.2µs</c>, <c>2.31ms</c>, <c>1.5s</c>, or, with a unit as format, the exact number in that unit.
    /// </summary>
    public static void Append(LineBuffer into, ulong nanoseconds, string? format)
    {
        if (DigitsOf(format) is >= 0 and var digits)
        {
            AppendNumber(into, nanoseconds, digits);
        }
        else if (nanoseconds < 1_000)
        {
            into.Append(nanoseconds);
            into.Append("ns"u8);
        }
        else if (nanoseconds < 999_950)
        {
            AppendNumber(into, (nanoseconds + 50) / 100, 1);
            into.Append("µs"u8);
        }
        else if (nanoseconds < 999_995_000)
        {
            AppendNumber(into, (nanoseconds + 5_000) / 10_000, 2);
            into.Append("ms"u8);
        }
        else
        {
            AppendNumber(into, (nanoseconds / 10_000_000) + (nanoseconds % 10_000_000 >= 5_000_000 ? 1UL : 0), 2);
            into.Append("s"u8);
        }
    }

    private static int DigitsOf(string? format) => format switch
    {
        "ns" => 0,
        "us" or "µs" or "μs" => 3,
        "ms" => 6,
        "s" => 9,
        _ => -1,
    };

    // value / 10^digits, without trailing zeros.
    private static void AppendNumber(LineBuffer into, ulong value, int digits)
    {
        ulong scale = 1;
        for (var i = 0; i < digits; i++)
        {
            scale *= 10;
        }

        into.Append(value / scale);
        var rest = value % scale;
        if (rest == 0)
        {
            return;
        }

        into.Append('.');
        while (rest != 0)
        {
            scale /= 10;
            into.Append((char)('0' + (rest / scale)));
            rest %= scale;
        }
    }
}
