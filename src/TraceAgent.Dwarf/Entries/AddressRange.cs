namespace TraceAgent.Dwarf.Entries;

/// <summary>Addresses from one up to another, which is not of it.</summary>
internal readonly record struct AddressRange(ulong Start, ulong End)
{
    public bool Holds(ulong address) => address >= Start && address < End;
}
