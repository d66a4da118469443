using System.Numerics;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Lookup;

/// <summary>
/// An index of symbols by their names, or by what their names are made of: a rule file may ask for a thousand functions of one
/// file.
/// </summary>
internal sealed class SymbolNames
{
    private readonly List<(int Table, int Index, int Hash, int Next)> _entries = [];
    private readonly int[] _heads;

    /// <param name="tables">The tables with the symbols.</param>
    /// <param name="keyOf">The function from a name without its version to the key; empty for symbols that are not in the index.</param>
    public SymbolNames(SymbolTable[] tables, Key keyOf)
    {
        for (var t = 0; t < tables.Length; t++)
        {
            var symbols = tables[t].Symbols;
            for (var i = 0; i < symbols.Length; i++)
            {
                if (keyOf(tables[t].PlainNameOf(symbols[i])) is { IsEmpty: false } key)
                {
                    _entries.Add((t, i, HashOf(key), -1));
                }
            }
        }

        _heads = new int[(int)BitOperations.RoundUpToPowerOf2((uint)_entries.Count + 1)];
        Array.Fill(_heads, -1);
        for (var at = 0; at < _entries.Count; at++)
        {
            ref var head = ref _heads[_entries[at].Hash & (_heads.Length - 1)];
            _entries[at] = _entries[at] with { Next = head };
            head = at;
        }
    }

    public delegate ReadOnlySpan<byte> Key(ReadOnlySpan<byte> name);

    /// <summary>All symbols with the key, in no order, and a few others.</summary>
    public IEnumerable<(int Table, int Index)> Near(byte[] key)
    {
        var hash = HashOf(key);
        for (var at = _heads[hash & (_heads.Length - 1)]; at >= 0; at = _entries[at].Next)
        {
            if (_entries[at].Hash == hash)
            {
                yield return (_entries[at].Table, _entries[at].Index);
            }
        }
    }

    // Seeded differently in each process, so that no file can be made of names that all have one hash.
    private static int HashOf(ReadOnlySpan<byte> key)
    {
        const int max = 32;
        var hash = new HashCode();
        hash.Add(key.Length);
        hash.AddBytes(key[..Math.Min(key.Length, max)]);

        // The names of C++ begin alike; a file of millions of endless ones must not take long.
        hash.AddBytes(key[Math.Max(0, key.Length - max)..]);
        return hash.ToHashCode();
    }
}
