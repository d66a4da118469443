using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace TraceAgent.Capture.Formatting;

/// <summary>A growing row of UTF-8 bytes that is used again.</summary>
public sealed class LineBuffer
{
    private const int Kept = 1 << 20;

    private const int Recent = 64;

    // A cache of numbers as text: a message and the values after it show the same ones, and so do many lines.
    private readonly ShortNumber[] _recent = NoneRecent();
    private byte[] _bytes = new byte[1024];
    private byte[] _taken = [];

    /// <summary>The number of bytes.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > Kept)
        {
            _bytes = new byte[Kept];
        }

        if (_taken.Length > Kept)
        {
            _taken = [];
        }
    }

    /// <param name="c">The character, not half of a surrogate pair.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(char c)
    {
        if (c < 0x80 && Length < _bytes.Length)
        {
            _bytes[Length++] = (byte)c;
        }
        else
        {
            Append([c]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        utf8.CopyTo(_bytes.AsSpan(Length));
        Length += utf8.Length;
    }

    /// <summary>Appends this many bytes, which the caller fills.</summary>
    public Span<byte> Extend(int count)
    {
        Reserve(count);
        var added = _bytes.AsSpan(Length, count);
        Length += count;
        return added;
    }

    /// <summary>Appends characters as UTF-8. A surrogate without its other half becomes U+FFFD.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(long value, string? format = null)
    {
        if (format is not null)
        {
            AppendNumber(value, format);
            return;
        }

        if (value < 0)
        {
            Append('-');
        }

        // Unsigned negation, which is also right for long.MinValue.
        AppendDecimal(value < 0 ? 0 - (ulong)value : (ulong)value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ulong value, string? format = null)
    {
        if (format is not null)
        {
            AppendNumber(value, format);
            return;
        }

        AppendDecimal(value);
    }

    private void AppendDecimal(ulong value)
    {
        Reserve(DecimalDigits.MaxDigits);
        var room = _bytes.AsSpan(Length, DecimalDigits.MaxDigits);
        Length += value < DecimalDigits.TenTo8 ? Known((uint)value).Write(room) : DecimalDigits.Write(value, room);
    }

    public void AppendNumber<T>(T value, ReadOnlySpan<char> format)
        where T : struct, IUtf8SpanFormattable
    {
        int written;
        while (!value.TryFormat(_bytes.AsSpan(Length), out written, format, CultureInfo.InvariantCulture))
        {
            Grow(_bytes.Length);
        }

        Length += written;
    }

    /// <summary>Removes what was appended since <paramref name="start"/> and returns it; valid until the next call.</summary>
    public ReadOnlySpan<byte> TakeFrom(int start)
    {
        var text = Bytes[start..];
        if (_taken.Length < text.Length)
        {
            _taken = new byte[Math.Max(text.Length, 2 * _taken.Length)];
        }

        text.CopyTo(_taken);
        Length = start;
        return _taken.AsSpan(0, text.Length);
    }

    /// <summary>
    /// Moves what was appended since <paramref name="start"/> to a column of |width| UTF-16 units: right-aligned when positive.
    /// </summary>
    public void Align(int start, int width)
    {
        var length = Length - start;
        var missing = Math.Abs(width) - Encoding.UTF8.GetCharCount(Bytes[start..]);
        if (missing <= 0)
        {
            return;
        }

        Reserve(missing);
        var column = _bytes.AsSpan(start, length + missing);
        if (width > 0)
        {
            column[..length].CopyTo(column[missing..]);
            column[..missing].Fill((byte)' ');
        }
        else
        {
            column[length..].Fill((byte)' ');
        }

        Length += missing;
    }

    // A number's place is its value modulo the size, so 0 marks all places but the first as empty.
    private static ShortNumber[] NoneRecent()
    {
        var recent = new ShortNumber[Recent];
        recent[0] = DecimalDigits.Short(0);
        return recent;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ShortNumber Known(uint value)
    {
        ref var known = ref _recent[value % Recent];
        if (known.Value != value)
        {
            known = DecimalDigits.Short(value);
        }

        return ref known;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
}
