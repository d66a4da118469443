using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Lookup;

/// <summary>The functions of all tables in the order of their addresses, to find those that may cover an address.</summary>
internal sealed class FunctionPlaces
{
    private readonly ulong[] _starts;
    private readonly ulong[] _reached;
    private readonly (SymbolTable Table, int Index)[] _symbols;

    public FunctionPlaces(SymbolTable[] tables, Predicate<ElfSymbol> isFunction)
    {
        var found = new List<(ulong Start, SymbolTable Table, int Index)>();
        foreach (var table in tables)
        {
            for (var i = 0; i < table.Symbols.Length; i++)
            {
                if (isFunction(table.Symbols[i]))
                {
                    found.Add((table.Symbols[i].Address, table, i));
                }
            }
        }

        found.Sort((one, other) => one.Start.CompareTo(other.Start));
        _starts = [.. found.Select(one => one.Start)];
        _symbols = [.. found.Select(one => (one.Table, one.Index))];
        _reached = new ulong[found.Count];
        ulong furthest = 0;
        for (var i = 0; i < _reached.Length; i++)
        {
            furthest = Math.Max(furthest, EndOf(i));
            _reached[i] = furthest;
        }
    }

    /// <summary>The end of a function. Without a size, it is where the next one begins.</summary>
    private ulong EndOf(int place)
    {
        var size = _symbols[place].Table.Symbols[_symbols[place].Index].Size;
        if (size != 0)
        {
            return _starts[place] + Math.Min(size, ulong.MaxValue - _starts[place]);
        }

        var next = CountUpTo(_starts[place]);
        return next < _starts.Length ? _starts[next] : ulong.MaxValue;
    }

    /// <summary>The number of symbols.</summary>
    public int Count => _symbols.Length;

    public (SymbolTable Table, int Index) this[int place] => _symbols[place];

    /// <summary>The number of functions that begin at the address or before it.</summary>
    public int CountUpTo(ulong address)
    {
        var at = Array.BinarySearch(_starts, address);
        if (at < 0)
        {
            return ~at;
        }

        while (at < _starts.Length && _starts[at] == address)
        {
            at++;
        }

        return at;
    }

    /// <summary>True when one up to this place may cover the address.</summary>
    public bool MayReach(int place, ulong address) => _reached[place] > address;
}
