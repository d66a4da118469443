namespace TraceAgent.Capture.Places;

/// <summary>The place in a binary that a rule names.</summary>
public abstract record Location
{
    private Location()
    {
    }

    /// <summary><c>symbol: AddNum+0x14</c>.</summary>
    public sealed record Symbol(string Name, ulong Addend) : Location;

    /// <summary><c>offset: 0x117d</c>: a virtual address of the ELF file, as nm and objdump print it.</summary>
    public sealed record Address(ulong Value) : Location;

    /// <summary>
    /// <c>usdt: postgresql:query__*</c>: all places that the binary marks by such names; <c>*</c> and
    /// <c>?</c> stand for any characters.
    /// </summary>
    public sealed record Usdt(string Provider, string Name) : Location
    {
        public string FullName => $"{Provider}:{Name}";
    }

    /// <summary><c>offset: file+0x117d</c>: bytes from the start of the file.</summary>
    public sealed record FileOffset(ulong Value) : Location;
}
