using System.Runtime.CompilerServices;

namespace TraceAgent.Events;

/// <summary>Decimal numbers in ASCII, two digits at a time.</summary>
internal static class DecimalDigits
{
    /// <summary>Of the longest number.</summary>
    public const int Most = 20;

    private static ReadOnlySpan<byte> Pairs =>
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"u8 +
        "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"u8;

    /// <summary>Writes a number without leading zeros.</summary>
    /// <param name="value">The number.</param>
    /// <param name="into">Room for <see cref="Most"/> digits.</param>
    /// <returns>How many digits it has.</returns>
    public static int Write(ulong value, Span<byte> into)
    {
        var digits = Count(value);
        Fill(value, into[..digits]);
        return digits;
    }

    /// <summary>Fills <paramref name="into"/> with the last digits of a number, zeros before them.</summary>
    public static void Fill(ulong value, Span<byte> into)
    {
        var at = into.Length;

        // Few numbers are so large, and 32 bits are divided in half the time.
        for (; value > uint.MaxValue && at >= 2; value /= 100)
        {
            at = FillPair((uint)(value % 100), into, at);
        }

        // Where there is room for one digit only, the number may still be large.
        var rest = (uint)(at < 2 ? value % 10 : value);
        for (; at >= 2; rest /= 100)
        {
            at = FillPair(rest % 100, into, at);
        }

        if (at > 0)
        {
            into[0] = (byte)('0' + (rest % 10));
        }
    }

    private static int Count(ulong value)
    {
        var digits = 1;
        for (; value >= 10_000; value /= 10_000)
        {
            digits += 4;
        }

        return digits + (value >= 1_000 ? 3 : value >= 100 ? 2 : value >= 10 ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FillPair(uint pair, Span<byte> into, int at)
    {
        into[at - 1] = Pairs[((int)pair * 2) + 1];
        into[at - 2] = Pairs[(int)pair * 2];
        return at - 2;
    }
}
