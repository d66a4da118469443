using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Lookup;

/// <summary>The part that lists all functions with their best names.</summary>
internal sealed partial class FunctionIndex
{
    /// <summary>A function of the list.</summary>
    /// <param name="start">Virtual address of its first instruction.</param>
    /// <param name="end">Virtual address after its last byte.</param>
    /// <param name="name">The name as in the symbol table, without a version.</param>
    /// <returns>False to end the list.</returns>
    public delegate bool Receiver(ulong start, ulong end, ReadOnlySpan<byte> name);

    /// <summary>Passes each function once, in the order of addresses, with the name that <see cref="At"/> says.</summary>
    public void ForEachFunction(Receiver receive)
    {
        var places = Places;
        for (var i = 0; i < places.Count;)
        {
            var (table, index) = places[i];
            var start = table.Symbols[index].Address;
            var next = places.CountUpTo(start);
            for (var other = i + 1; other < next; other++)
            {
                var (otherTable, otherIndex) = places[other];
                if (IsBetterName(otherTable, otherTable.Symbols[otherIndex], table, table.Symbols[index]))
                {
                    (table, index) = (otherTable, otherIndex);
                }
            }

            ref readonly var symbol = ref table.Symbols[index];
            var limit = image.EndOfCodeAt(start);
            var size = symbol.Size != 0 || next >= places.Count ? symbol.Size : StartOf(places, next) - start;
            if (!receive(start, size == 0 ? limit : start + Math.Min(size, limit - start), table.PlainNameOf(symbol)))
            {
                return;
            }

            i = next;
        }
    }

    private static ulong StartOf(FunctionPlaces places, int place)
    {
        (SymbolTable table, var index) = places[place];
        return table.Symbols[index].Address;
    }
}
