using System.Globalization;
using System.Text;
using TraceAgent.Capture.Formatting;

namespace TraceAgent.Events;

/// <summary>
/// Writes UTC ns since 1970 as <c>2026-11-22T15:27:33.667556412Z</c>. Remembers the last second, which most events share.
/// </summary>
public sealed class UtcText
{
    private const uint NanosecondsPerSecond = 1_000_000_000;
    private const int Digits = 9;
    private const int BeforeDigits = 20;

    // Its digits stay zeros: to write them here and to copy them at once would make the copy wait for the write.
    private readonly byte[] _text;
    private readonly int _start;

    // The start of the last second in UTC ns; before the first, a time that no event has.
    private long _begin = long.MinValue;

    /// <param name="before">The text before the time, ASCII.</param>
    /// <param name="after">The text after it, ASCII.</param>
    public UtcText(string before = "", string after = "") =>
        (_text, _start) = (Encoding.ASCII.GetBytes($"{before}{new string('0', BeforeDigits + Digits)}Z{after}"), before.Length);

    /// <summary>Appends a time. Times before 1970 are shown as the beginning of 1970.</summary>
    public void Append(LineBuffer into, long utc)
    {
        utc = Math.Max(utc, 0);
        if ((ulong)(utc - _begin) >= NanosecondsPerSecond)
        {
            var second = utc / NanosecondsPerSecond;
            _begin = second * NanosecondsPerSecond;
            var time = DateTimeOffset.FromUnixTimeSeconds(second);
            time.TryFormat(_text.AsSpan(_start), out _, "yyyy-MM-dd'T'HH:mm:ss'.'", CultureInfo.InvariantCulture);
        }

        var (first, rest) = Math.DivRem((uint)(utc - _begin), NanosecondsPerSecond / 10);
        var text = into.Extend(_text.Length);
        _text.CopyTo(text);
        text[_start + BeforeDigits] = (byte)('0' + first);
        DecimalDigits.WriteEight(rest, text[(_start + BeforeDigits + 1)..]);
    }

    /// <summary>The same instant for Serilog, whose ticks are 100 ns.</summary>
    public static DateTimeOffset ToDateTimeOffset(long utc) =>
        new(DateTime.UnixEpoch.Ticks + (Math.Max(utc, 0) / TimeSpan.NanosecondsPerTick), TimeSpan.Zero);
}
