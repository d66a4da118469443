namespace TraceAgent.Symbols.Elf;

/// <summary>The names that GCC and clang give to copies that they make of a function.</summary>
internal static class CloneNames
{
    /// <summary>The name of the function that it is a copy of; empty when it is none.</summary>
    public static ReadOnlySpan<byte> BaseOf(ReadOnlySpan<byte> name)
    {
        for (var dot = name.IndexOf((byte)'.'); dot >= 0;)
        {
            var suffix = name[dot..];
            if (suffix.StartsWith(".isra."u8) || suffix.StartsWith(".constprop."u8) || suffix.StartsWith(".part."u8))
            {
                return name[..dot];
            }

            var next = suffix[1..].IndexOf((byte)'.');
            dot = next < 0 ? -1 : dot + 1 + next;
        }

        return default;
    }

    /// <param name="candidate">The name that may be that of a copy.</param>
    /// <param name="name">The name of a function.</param>
    public static bool IsCloneOf(ReadOnlySpan<byte> candidate, ReadOnlySpan<byte> name) =>
        name.Length > 0 && candidate.StartsWith(name) && BaseOf(candidate).SequenceEqual(name);
}
