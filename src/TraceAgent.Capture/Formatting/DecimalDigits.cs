using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace TraceAgent.Capture.Formatting;

/// <summary>Writes decimal numbers in ASCII, eight digits at a time.</summary>
public static class DecimalDigits
{
    /// <summary>The number of digits of the longest number.</summary>
    public const int MaxDigits = 20;

    /// <summary>The number 10^8: those below it have eight digits at most.</summary>
    public const uint TenTo8 = 100_000_000;

    private const ulong Zeros = 0x3030_3030_3030_3030;

    /// <summary>Writes a number without leading zeros.</summary>
    /// <param name="value">The number.</param>
    /// <param name="into">The destination, with room for <see cref="MaxDigits"/> digits.</param>
    /// <returns>The number of digits.</returns>
    public static int Write(ulong value, Span<byte> into)
    {
        if (value >= TenTo8)
        {
            var before = Write(value / TenTo8, into);
            WriteEight((uint)(value % TenTo8), into[before..]);
            return before + 8;
        }

        return Short((uint)value).Write(into);
    }

    /// <summary>Writes a number below 10^8 with leading zeros.</summary>
    public static void WriteEight(uint value, Span<byte> into) =>
        BinaryPrimitives.WriteUInt64LittleEndian(into, Eight(value) | Zeros);

    /// <summary>A number below 10^8 without leading zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ShortNumber Short(uint value)
    {
        var digits = Eight(value);

        // The first digit is the lowest byte. At least one digit stays, for 0.
        var leading = Math.Min(BitOperations.TrailingZeroCount(digits) >> 3, 7);
        return new ShortNumber(value, 8 - leading, (digits | Zeros) >> (8 * leading));
    }

    // Halves twice: each step divides in all parts of the word at once, by multiplying with a fraction that is exact in their range.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(uint value)
    {
        var fours = (value / 10_000) | ((ulong)(value % 10_000) << 32);
        var hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
        var twos = hundreds | ((fours - (hundreds * 100)) << 16);
        var tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
        return tens | ((twos - (tens * 10)) << 8);
    }
}

/// <summary>A number of at most eight digits.</summary>
/// <param name="Value">The number.</param>
/// <param name="Count">The number of digits.</param>
/// <param name="Digits">The digits in ASCII, the first one in the lowest byte.</param>
public readonly record struct ShortNumber(uint Value, int Count, ulong Digits)
{
    /// <summary>Writes the digits, and up to eight bytes in all.</summary>
    /// <returns>The number of digits.</returns>
    public int Write(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(into, Digits);
        return Count;
    }
}
