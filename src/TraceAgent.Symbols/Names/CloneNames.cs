namespace TraceAgent.Symbols.Names;

/// <summary>
/// The names that GCC and clang give to copies and parts that they make of a function: <c>add.isra.0</c>,
/// <c>add.constprop.0</c>, <c>add.part.0</c>, <c>add.cold</c>, <c>add.cold.1</c>, one after the other.
/// </summary>
internal static class CloneNames
{
    /// <summary>The name of the function that it is a copy or part of; empty when it is none.</summary>
    public static ReadOnlySpan<byte> BaseOf(ReadOnlySpan<byte> name)
    {
        for (var dot = NextDot(name, 0); dot >= 0; dot = NextDot(name, dot + 1))
        {
            var suffix = name[dot..];
            if (IsNumbered(suffix, ".isra."u8) || IsNumbered(suffix, ".constprop."u8) || IsNumbered(suffix, ".part."u8))
            {
                return name[..dot];
            }
        }

        return default;
    }

    /// <param name="candidate">The name that may be that of a copy.</param>
    /// <param name="name">The name of a function.</param>
    public static bool IsCloneOf(ReadOnlySpan<byte> candidate, ReadOnlySpan<byte> name) =>
        name.Length > 0 && candidate.StartsWith(name) && BaseOf(candidate).SequenceEqual(name);

    /// <summary>True for a copy that does all that the function did: no part of one, entered or jumped to.</summary>
    public static bool IsWholeCopy(ReadOnlySpan<byte> name) =>
        BaseOf(name) is { IsEmpty: false } of && name[of.Length..].IndexOf(".part."u8) < 0 && !IsColdPart(name);

    /// <summary>True for the part of a function that is jumped to when something rare happens.</summary>
    public static bool IsColdPart(ReadOnlySpan<byte> name)
    {
        for (var dot = NextDot(name, 0); dot >= 0; dot = NextDot(name, dot + 1))
        {
            var suffix = name[dot..];
            if (suffix.SequenceEqual(".cold"u8) || IsNumbered(suffix, ".cold."u8))
            {
                return true;
            }
        }

        return false;
    }

    private static int NextDot(ReadOnlySpan<byte> name, int from) =>
        name[from..].IndexOf((byte)'.') is >= 0 and var dot ? from + dot : -1;

    private static bool IsNumbered(ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> word)
    {
        if (!suffix.StartsWith(word))
        {
            return false;
        }

        var number = suffix[word.Length..];
        var end = number.IndexOf((byte)'.');
        number = end < 0 ? number : number[..end];
        return !number.IsEmpty && !number.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
