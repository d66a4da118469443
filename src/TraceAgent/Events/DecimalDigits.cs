namespace TraceAgent.Events;

/// <summary>Decimal numbers, two digits at a time.</summary>
internal static class DecimalDigits
{
    /// <summary>Of the longest number.</summary>
    public const int Most = 20;

    private const string Pairs =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849" +
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

    /// <summary>How many digits a number has, without leading zeros.</summary>
    public static int Count(ulong value)
    {
        var digits = 1;
        for (; value >= 10_000; value /= 10_000)
        {
            digits += 4;
        }

        return digits + (value >= 1_000 ? 3 : value >= 100 ? 2 : value >= 10 ? 1 : 0);
    }

    /// <summary>Fills <paramref name="into"/> with the last digits of a number, zeros before them.</summary>
    public static void Write(ulong value, Span<char> into)
    {
        var at = into.Length;
        while (at >= 2)
        {
            (value, var pair) = Math.DivRem(value, 100);
            at -= 2;
            Pairs.AsSpan((int)pair * 2, 2).CopyTo(into[at..]);
        }

        if (at > 0)
        {
            into[0] = (char)('0' + (value % 10));
        }
    }
}
