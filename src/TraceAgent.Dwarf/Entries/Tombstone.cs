namespace TraceAgent.Dwarf.Entries;

/// <summary>
/// The addresses that linkers write for code that they removed: 0 (GNU ld), −1 and −2 (lld). No program has code there.
/// </summary>
internal static class Tombstone
{
    public static bool Is(ulong address, int addressSize)
    {
        var last = addressSize == 8 ? ulong.MaxValue : uint.MaxValue;
        return address == 0 || address >= last - 1;
    }
}
