using System.Globalization;

namespace TraceAgent.Events;

/// <summary>Writes UTC ns since 1970 as <c>2026-11-22T15:27:33.667556412Z</c>. Remembers the last second, which most events share.</summary>
/// <param name="before">What stands before the time.</param>
/// <param name="after">What stands behind it.</param>
internal sealed class UtcText(string before = "", string after = "")
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long LastSecond = 253_402_300_799;
    private const int Digits = 9;
    private const int BeforeDigits = 20;
    private readonly char[] _text = [.. before, .. new string('0', BeforeDigits + Digits), 'Z', .. after];
    private long _second = long.MinValue;

    /// <summary>Valid until the next call. Times outside the years 1970 to 9999 are shown as the nearest one inside.</summary>
    public ReadOnlySpan<char> Format(long utc)
    {
        utc = Math.Max(utc, 0);
        var second = utc / NanosecondsPerSecond;
        if (second != _second)
        {
            _second = second;
            var time = DateTimeOffset.FromUnixTimeSeconds(Math.Min(second, LastSecond));
            time.TryFormat(_text.AsSpan(before.Length), out _, "yyyy-MM-dd'T'HH:mm:ss'.'", CultureInfo.InvariantCulture);
        }

        DecimalDigits.Write((ulong)(utc - (second * NanosecondsPerSecond)), _text.AsSpan(before.Length + BeforeDigits, Digits));

        return _text;
    }

    /// <summary>The same instant for Serilog, whose ticks are 100 ns.</summary>
    public static DateTimeOffset ToDateTimeOffset(long utc) =>
        new(DateTime.UnixEpoch.Ticks + (Math.Max(utc, 0) / TimeSpan.NanosecondsPerTick), TimeSpan.Zero);
}
