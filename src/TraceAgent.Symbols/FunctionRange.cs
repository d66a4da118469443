namespace TraceAgent.Symbols;

/// <summary>Where the code of a function is.</summary>
/// <param name="Name">As the symbol table has it, without a version; empty when the file names none.</param>
/// <param name="Start">Virtual address of its first instruction.</param>
/// <param name="End">Virtual address behind its last byte.</param>
/// <param name="IsEntered">False for a part that is jumped to (<c>.cold</c>), where the stack pointer is not at the return address.</param>
internal sealed record FunctionRange(string Name, ulong Start, ulong End, bool IsEntered)
{
    /// <summary>
    /// What people read: the name in the source language, told apart from others of that name;
    /// empty like <paramref name="Name"/>.
    /// </summary>
    public string Shown { get; init; } = Name;

    /// <summary>Only its own object file could call it by name: the compiler may have changed what is passed to it.</summary>
    public bool IsLocal { get; init; }

    public bool Holds(ulong address) => address >= Start && address < End;
}
