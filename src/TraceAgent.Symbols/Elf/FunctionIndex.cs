using System.Text;

namespace TraceAgent.Symbols.Elf;

/// <summary>The functions that the file names: .symtab (all of them, unless stripped) and .dynsym (what libraries export).</summary>
internal sealed class FunctionIndex(ElfImage image, SymbolTable[] tables, bool isDamaged)
{
    /// <summary>What a name is. Of several, the last of this list counts.</summary>
    public enum NameKind
    {
        Absent,
        Imported,
        LabelOrVariable,
        Function,

        /// <summary>
        /// It counts even beside a function: libc's memcpy is an indirect function, and a function only for programs linked before 2011.
        /// </summary>
        IndirectFunction,
    }

    /// <summary>True when the file has a symbol table that cannot be read.</summary>
    public bool IsDamaged => isDamaged;

    /// <summary>False when the file is stripped and exports nothing.</summary>
    public bool NamesFunctions
    {
        get
        {
            foreach (var table in tables)
            {
                foreach (ref readonly var symbol in table.Symbols)
                {
                    if (IsCode(symbol))
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    /// <summary>More functions of one name than this are not one place any more. It also bounds the work on a hostile file.</summary>
    public const int MaxOfOneName = 512;

    /// <summary>Every function of that name, each address once, in order of address; at most one more than <see cref="MaxOfOneName"/>.</summary>
    public List<FunctionRange> Named(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var found = new SortedDictionary<ulong, FunctionRange>();
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (IsCode(symbol) && table.IsNamed(symbol, bytes) && !found.ContainsKey(symbol.Address)
                    && found.Count <= MaxOfOneName)
                {
                    found.Add(symbol.Address, RangeOf(symbol, name));
                }
            }
        }

        return [.. found.Values];
    }

    /// <summary>What the file has under the name.</summary>
    public NameKind KindOf(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var kind = NameKind.Absent;
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (table.IsNamed(symbol, bytes) && KindOf(symbol) is var found && found > kind)
                {
                    kind = found;
                }
            }
        }

        return kind;
    }

    /// <summary>
    /// The function whose code holds the address: the innermost, and of several names a global one before a local one,
    /// then the shortest. Null when no symbol covers the address.
    /// </summary>
    public FunctionRange? At(ulong address)
    {
        SymbolTable? bestTable = null;
        ElfSymbol best = default;
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                // A symbol without a size (hand-written assembly) reaches to the next one; whether it covers is asked below.
                if (!IsCode(symbol) || symbol.Address > address || (symbol.Size != 0 && address - symbol.Address >= symbol.Size))
                {
                    continue;
                }

                if (bestTable is null || symbol.Address > best.Address
                    || (symbol.Address == best.Address && IsBetterName(table, symbol, bestTable, best)))
                {
                    bestTable = table;
                    best = symbol;
                }
            }
        }

        var range = bestTable is null ? null : RangeOf(best, Plain(bestTable.TextOf(best)));
        return range is not null && range.Holds(address) ? range : null;
    }

    /// <summary>Names of functions, as they are asked for (no version), in no order and with repetitions.</summary>
    public void ForEachName(Action<ReadOnlySpan<byte>> action)
    {
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (IsCode(symbol))
                {
                    var name = table.NameOf(symbol);
                    var version = name.IndexOf((byte)'@');
                    action(version > 0 ? name[..version] : name);
                }
            }
        }
    }

    private static bool IsBetterName(SymbolTable table, in ElfSymbol symbol, SymbolTable bestTable, in ElfSymbol best)
    {
        // Where there is a size, the end of the function is known and need not be guessed.
        if ((symbol.Size == 0) != (best.Size == 0))
        {
            return symbol.Size != 0;
        }

        return symbol.IsLocal == best.IsLocal
            ? table.NameOf(symbol).Length < bestTable.NameOf(best).Length
            : best.IsLocal;
    }

    private static string Plain(string name)
    {
        var version = name.IndexOf('@', StringComparison.Ordinal);
        return version > 0 ? name[..version] : name;
    }

    private NameKind KindOf(in ElfSymbol symbol)
    {
        if (!symbol.IsDefined)
        {
            return NameKind.Imported;
        }

        return symbol.IsIndirectFunction ? NameKind.IndirectFunction
            : IsCode(symbol) ? NameKind.Function
            : symbol.IsLabelOrVariable ? NameKind.LabelOrVariable
            : NameKind.Absent;
    }

    private bool IsCode(in ElfSymbol symbol) =>
        symbol.IsFunction && symbol.IsDefined && symbol.Address != 0 && image.CodeSegmentAt(symbol.Address) is not null;

    private FunctionRange RangeOf(in ElfSymbol symbol, string name)
    {
        var limit = image.EndOfCodeAt(symbol.Address);
        var end = symbol.Size == 0
            ? Math.Min(limit, NextFunctionAfter(symbol.Address))
            : symbol.Address + Math.Min(symbol.Size, limit - symbol.Address);

        return new FunctionRange(name, symbol.Address, end, IsEntered: !name.Contains(".cold", StringComparison.Ordinal));
    }

    private ulong NextFunctionAfter(ulong address)
    {
        var next = ulong.MaxValue;
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (symbol.Address > address && symbol.Address < next && IsCode(symbol))
                {
                    next = symbol.Address;
                }
            }
        }

        return next;
    }
}
