using System.Text;

namespace TraceAgent.Demangling;

/// <summary>
/// Identifiers with letters beyond ASCII in names of Rust's second form: Punycode (RFC 3492) with <c>_</c> for the delimiter
/// (RFC 2603, "Unicode identifiers").
/// </summary>
internal static class Punycode
{
    // RFC 3492, section 5.
    private const int Base = 36;
    private const int MinThreshold = 1;
    private const int MaxThreshold = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialCodePoint = 128;

    /// <summary>The maximum number of code points; inserting into a longer text would be slow.</summary>
    private const int MaxLength = 256;

    /// <summary>The identifier; null when it is not well-formed, too long, or has control characters.</summary>
    public static string? Decoded(string name)
    {
        var delimiter = name.LastIndexOf('_');
        var points = name[..Math.Max(delimiter, 0)].Select(letter => (int)letter).ToList();
        var (point, position, bias) = (InitialCodePoint, 0L, InitialBias);
        for (var at = delimiter + 1; at < name.Length;)
        {
            if (points.Count == MaxLength || Delta(name, ref at, bias) is not { } delta)
            {
                return null;
            }

            bias = Adapted(delta, points.Count + 1, isFirst: position == 0);
            position += delta;
            var next = point + (position / (points.Count + 1));
            position %= points.Count + 1;
            if (next > 0x10ffff || !Rune.TryCreate((int)next, out var rune) || Rune.IsControl(rune))
            {
                return null;
            }

            point = (int)next;
            points.Insert((int)position++, point);
        }

        return string.Concat(points.Select(value => new Rune(value).ToString()));
    }

    /// <summary>Reads a number whose last digit is below a threshold; null at the end of the name or for another letter.</summary>
    private static int? Delta(string name, ref int at, int bias)
    {
        long value = 0;
        long weight = 1;
        for (var place = Base; ; place += Base)
        {
            var digit = at == name.Length ? -1 : Digit(name[at++]);
            value += digit * weight;
            if (digit < 0 || value > int.MaxValue)
            {
                return null;
            }

            var threshold = Math.Clamp(place - bias, MinThreshold, MaxThreshold);
            if (digit < threshold)
            {
                return (int)value;
            }

            weight *= Base - threshold;
            if (weight > int.MaxValue)
            {
                return null;
            }
        }
    }

    private static int Digit(char letter) => letter switch
    {
        >= 'a' and <= 'z' => letter - 'a',
        >= '0' and <= '9' => letter - '0' + 26,
        _ => -1,
    };

    private static int Adapted(long delta, int count, bool isFirst)
    {
        delta /= isFirst ? Damp : 2;
        delta += delta / count;
        var places = 0;
        for (; delta > (Base - MinThreshold) * MaxThreshold / 2; places += Base)
        {
            delta /= Base - MinThreshold;
        }

        return (int)(places + ((Base - MinThreshold + 1) * delta / (delta + Skew)));
    }
}
