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

    /// <summary>
    /// <c>line: cart.c:42</c>, a line of a source file; or <c>line: handle_req:+3</c>, the third line after the one that a function begins
    /// on. At each place where the compiler put its code.
    /// </summary>
    /// <param name="Name">The path of the file or the end of it, whole parts; or the function.</param>
    /// <param name="Number">The line, from 1; or how many lines after the first one of the function.</param>
    public sealed record Line(string Name, uint Number) : Location
    {
        /// <summary>True when <paramref name="Name"/> is a function.</summary>
        public bool IsOfFunction { get; init; }

        /// <summary>The column, from 1; 0 for any.</summary>
        public uint Column { get; init; }

        /// <summary>True to take the next line with code when the line has none.</summary>
        public bool TakesNext { get; init; }

        /// <summary>True for all places of the line, also several in one function or inlined call.</summary>
        public bool AllPlaces { get; init; }

        /// <summary>The line as it is written.</summary>
        public string Text => FormattableString.Invariant(
            $"{Name}:{(IsOfFunction ? "+" : "")}{Number}{(Column > 0 ? $":{Column}" : "")}");
    }

    /// <summary><c>offset: file+0x117d</c>: bytes from the start of the file.</summary>
    public sealed record FileOffset(ulong Value) : Location;
}
