namespace TraceAgent.Dwarf.Entries;

/// <summary>The languages of units. DWARF 5, section 7.12, and those that were added to its list later.</summary>
internal static class SourceLanguage
{
    private const ulong Go = 0x16;
    private const ulong Rust = 0x1c;

    /// <summary>True for C and its kin, in which structures have names of their own.</summary>
    public static bool IsC(this Unit unit) => Of(unit) is 0x01 or 0x02 or 0x0c or 0x1d or 0x2c or 0x3e or 0x8001;

    public static bool IsCxx(this Unit unit) => Of(unit) is 0x04 or 0x1a or 0x21 or 0x2a or 0x2b or 0x3a;

    public static bool IsGo(this Unit unit) => Of(unit) == Go;

    public static bool IsRust(this Unit unit) => Of(unit) == Rust;

    private static ulong? Of(Unit unit) => unit.Root?.Unsigned(AttributeName.Language);
}
