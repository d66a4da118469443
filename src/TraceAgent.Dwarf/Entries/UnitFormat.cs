namespace TraceAgent.Dwarf.Entries;

/// <summary>The widths of the numbers of a unit or of a line program.</summary>
/// <param name="Version">2 to 5.</param>
/// <param name="Is64">True in the 64-bit format of DWARF, which says nothing about the program.</param>
/// <param name="AddressSize">4 or 8.</param>
internal readonly record struct UnitFormat(ushort Version, bool Is64, int AddressSize);
