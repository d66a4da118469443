namespace TraceAgent.Symbols.Elf;

/// <summary>Where the code of a function is.</summary>
/// <param name="Name">Empty when the file names none.</param>
/// <param name="Start">Virtual address of its first instruction.</param>
/// <param name="End">Virtual address behind its last byte.</param>
/// <param name="IsEntered">False for a part that is jumped to (<c>.cold</c>), where the stack pointer is not at the return address.</param>
internal sealed record FunctionRange(string Name, ulong Start, ulong End, bool IsEntered)
{
    public bool Holds(ulong address) => address >= Start && address < End;
}
