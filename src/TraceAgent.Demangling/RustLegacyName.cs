using System.Buffers;
using System.Globalization;
using System.Text;

namespace TraceAgent.Demangling;

/// <summary>
/// The parser of Rust's first form: a nested C++ name whose last part is a hash, <c>_ZN4shop4cart3add17h0123456789abcdefE</c>,
/// with characters that C++ has no place for written as <c>$LT$</c> and the like.
/// </summary>
public static class RustLegacyName
{
    private const int HashLength = 17;

    private static readonly SearchValues<byte> HashDigits = SearchValues.Create("0123456789abcdef"u8);

    /// <param name="name">ASCII.</param>
    /// <param name="result">The name without the hash.</param>
    /// <param name="consumed">Bytes of <paramref name="name"/>; after them, a suffix of the compiler.</param>
    public static bool TryDemangle(ReadOnlySpan<byte> name, out DemangledName? result, out int consumed)
    {
        result = null;
        consumed = 0;
        if (!name.StartsWith("_ZN"u8))
        {
            return false;
        }

        var parts = new List<Range>();
        var at = 3;
        while (at < name.Length && name[at] != (byte)'E')
        {
            var length = 0;
            var digits = at;
            while (at < name.Length && char.IsAsciiDigit((char)name[at]) && length < name.Length)
            {
                length = (length * 10) + (name[at++] - '0');
            }

            if (at == digits || length == 0 || length > name.Length - at)
            {
                return false;
            }

            parts.Add(at..(at + length));
            at += length;
        }

        if (at >= name.Length || parts.Count < 2 || !IsHash(name[parts[^1]]) || !Ascii.IsValid(name[..at]))
        {
            return false;
        }

        var text = new StringBuilder();
        foreach (var part in parts.Take(parts.Count - 1))
        {
            text.Append(text.Length == 0 ? "" : "::");
            AppendDecoded(text, name[part]);
        }

        var full = text.ToString();
        result = new DemangledName(full, full, full);
        consumed = at + 1;
        return true;
    }

    private static bool IsHash(ReadOnlySpan<byte> part) =>
        part.Length == HashLength && part[0] == (byte)'h' && !part[1..].ContainsAnyExcept(HashDigits);

    private static void AppendDecoded(StringBuilder text, ReadOnlySpan<byte> part)
    {
        // An identifier cannot begin with an escape, so it gets this in front.
        part = part.StartsWith("_$"u8) ? part[1..] : part;
        while (!part.IsEmpty)
        {
            if (part.StartsWith(".."u8))
            {
                text.Append("::");
                part = part[2..];
                continue;
            }

            if (part[0] == (byte)'$' && part[1..].IndexOf((byte)'$') is > 0 and var end && Escape(part.Slice(1, end)) is { } escaped)
            {
                text.Append(escaped);
                part = part[(end + 2)..];
                continue;
            }

            text.Append((char)part[0]);
            part = part[1..];
        }
    }

    private static string? Escape(ReadOnlySpan<byte> code)
    {
        switch (Encoding.ASCII.GetString(code))
        {
            case "SP":
                return "@";
            case "BP":
                return "*";
            case "RF":
                return "&";
            case "LT":
                return "<";
            case "GT":
                return ">";
            case "LP":
                return "(";
            case "RP":
                return ")";
            case "C":
                return ",";
        }

        // A control character would move the cursor of whoever reads the list of symbols.
        return code.Length is >= 2 and <= 7 && code[0] == (byte)'u'
            && int.TryParse(code[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.TryCreate(value, out var rune) && !Rune.IsControl(rune)
            ? rune.ToString()
            : null;
    }
}
