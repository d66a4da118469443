namespace TraceAgent.Events.Secrets;

/// <summary>
/// Finds payment card numbers (ISO/IEC 7812): 13 to 19 digits with a valid Luhn digit, together or in groups with a space or a
/// dash between. What cannot be one stays: other lengths, a leading 0, and times since 1970, which begin with 1.
/// </summary>
internal static class CardNumber
{
    public const int MinDigits = 13;

    public const int MaxDigits = 19;

    /// <summary>The number of digits of the issuer's part, which is no secret.</summary>
    private const int IssuerDigits = 8;

    // Groups as they are printed on cards: 4-4-4-4, 4-6-5, 4-4-4-4-3. Dates and UUIDs have others.
    private const int FirstGroup = 4;
    private const int MinGroup = 3;
    private const int MaxGroup = 7;

    /// <param name="text">The text to search.</param>
    /// <param name="isCut">True when digits at the end may be the beginning of a longer number.</param>
    /// <param name="found">Receives every number.</param>
    public static void Find(ReadOnlySpan<char> text, bool isCut, List<TextSpan> found)
    {
        // Every number begins with four digits in a row, of which one lies at every fourth place.
        var passed = 0;
        for (var at = FirstGroup - 1; at < text.Length; at += FirstGroup)
        {
            if (!char.IsAsciiDigit(text[at]))
            {
                continue;
            }

            var start = at;
            while (start > passed && char.IsAsciiDigit(text[start - 1]))
            {
                start--;
            }

            passed = EndOfDigits(text, at);
            if (EndOfNumber(text, start, passed, isCut) is > 0 and var end)
            {
                found.Add(new TextSpan(start, end - start));
                passed = end;
            }

            at = passed - 1;
        }
    }

    /// <returns>The end of the longest number that starts here; 0 when none does.</returns>
    private static int EndOfNumber(ReadOnlySpan<char> text, int start, int end, bool isCut)
    {
        var digits = end - start;
        var valid = IsCard(text[start..end], digits) ? end : 0;
        if (digits == FirstGroup)
        {
            while (end + 1 < text.Length && text[end] is ' ' or '-')
            {
                var group = EndOfDigits(text, end + 1) - end - 1;
                if ((group is < MinGroup or > MaxGroup && end + 1 + group < text.Length) || digits + group > MaxDigits)
                {
                    break;
                }

                end += 1 + group;
                digits += group;
                valid = IsCard(text[start..end], digits) ? end : valid;
            }
        }

        var reachesEnd = end == text.Length || (end + 1 == text.Length && text[end] is ' ' or '-');
        return isCut && reachesEnd && digits is > IssuerDigits and <= MaxDigits ? end : valid;
    }

    private static int EndOfDigits(ReadOnlySpan<char> text, int start) =>
        text[start..].IndexOfAnyExceptInRange('0', '9') is >= 0 and var length ? start + length : text.Length;

    private static bool IsCard(ReadOnlySpan<char> text, int digits)
    {
        if (digits is < MinDigits or > MaxDigits || text[0] == '0' || (text[0] == '1' && digits != 15))
        {
            return false;
        }

        var sum = 0;
        var doubled = false;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                continue;
            }

            var digit = text[i] - '0';
            digit = doubled ? digit * 2 : digit;
            sum += digit > 9 ? digit - 9 : digit;
            doubled = !doubled;
        }

        return sum % 10 == 0;
    }
}
