namespace TraceAgent.Symbols;

/// <summary>The range of a function's code.</summary>
/// <param name="Name">The name as in the symbol table, without a version; empty when the file names none.</param>
/// <param name="Start">Virtual address of its first instruction.</param>
/// <param name="End">Virtual address after its last byte.</param>
/// <param name="IsEntered">False for a part that is jumped to (<c>.cold</c>), where the stack pointer is not at the return address.</param>
internal sealed record FunctionRange(string Name, ulong Start, ulong End, bool IsEntered)
{
    /// <summary>
    /// The name for people: the one in the source language, told apart from others of that name; empty when
    /// <paramref name="Name"/> is.
    /// </summary>
    public string Shown { get; init; } = Name;

    /// <summary>True when only its own object file could call it by name: the compiler may have changed what is passed to it.</summary>
    public bool IsLocal { get; init; }

    public bool Holds(ulong address) => address >= Start && address < End;
}
