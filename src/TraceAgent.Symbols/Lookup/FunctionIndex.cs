using System.Text;
using TraceAgent.Demangling;
using TraceAgent.Dwarf.Elf;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Names;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Lookup;

/// <summary>
/// The functions that the file names: .symtab (all of them, unless stripped), .dynsym (what libraries export), and what separate
/// or compressed debug information, or Go's own table, names instead of a .symtab that is gone.
/// </summary>
/// <param name="image">The image whose code it is.</param>
/// <param name="tables">The tables, at most four.</param>
/// <param name="isDamaged">True when one more table could not be read.</param>
/// <param name="remark">The reason why separate symbols that were found are not among the tables, or null.</param>
/// <param name="isStripped">True when the tables have only what the dynamic linker needs.</param>
internal sealed partial class FunctionIndex(ElfImage image, SymbolTable[] tables, bool isDamaged, string? remark, bool isStripped)
{
    private ulong[]? _starts;

    /// <summary>The kind of a name. Of several, the last of this list counts.</summary>
    public enum NameKind
    {
        Absent,
        Imported,
        Variable,

        /// <summary>A place in code that has no type, and of which no unwind entry says that a function begins there.</summary>
        Label,
        Function,

        /// <summary>
        /// An indirect function. It counts even beside a function: libc's memcpy is an indirect function, and a function only for
        /// programs linked before 2011.
        /// </summary>
        IndirectFunction,
    }

    /// <summary>True when the file has a symbol table that cannot be read.</summary>
    public bool IsDamaged => isDamaged;

    public string? Remark => remark;

    public bool IsStripped => isStripped;

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

    /// <summary>The kind of the name that nm prints, in any version.</summary>
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
        var places = Places;
        for (var i = places.CountUpTo(address) - 1; i >= 0 && places.MayReach(i, address); i--)
        {
            var (table, index) = places[i];
            ref readonly var symbol = ref table.Symbols[index];

            // A symbol without a size (hand-written assembly) reaches to the next one; whether it covers is asked below.
            if (symbol.Size != 0 && address - symbol.Address >= symbol.Size)
            {
                continue;
            }

            if (bestTable is null || (symbol.Address == best.Address && IsBetterName(table, symbol, bestTable, best)))
            {
                bestTable = table;
                best = symbol;
            }
            else if (symbol.Address < best.Address)
            {
                break;
            }
        }

        var range = bestTable is null ? null : RangeOf(best, bestTable.PlainNameOf(best));
        return range is not null && range.Holds(address) ? range : null;
    }

    /// <summary>Passes the names of functions, as they are asked for (no version), in no order and with repetitions.</summary>
    public void ForEachName(Action<ReadOnlySpan<byte>> action)
    {
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (IsCode(symbol))
                {
                    action(table.PlainNameOf(symbol));
                }
            }
        }
    }

    /// <summary>The versions of a name, in order; at most <paramref name="max"/>.</summary>
    public IReadOnlyList<string> VersionsOf(byte[] name, int max)
    {
        var versions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            for (var i = 0; i < table.Symbols.Length && versions.Count < max; i++)
            {
                if (table.IsNamed(table.Symbols[i], name) && table.VersionOf(i, out _) is { Length: > 0 } version)
                {
                    versions.Add(version);
                }
            }
        }

        return [.. versions];
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

    private NameKind KindOf(in ElfSymbol symbol)
    {
        if (!symbol.IsDefined)
        {
            return NameKind.Imported;
        }

        if (symbol.IsIndirectFunction)
        {
            return NameKind.IndirectFunction;
        }

        if (IsCode(symbol))
        {
            return NameKind.Function;
        }

        if (!symbol.IsLabelOrVariable)
        {
            return NameKind.Absent;
        }

        if (!symbol.IsUntyped || symbol.Address == 0 || image.CodeSegmentAt(symbol.Address) is null)
        {
            return NameKind.Variable;
        }

        // Assembly often leaves the type out. Constants lie among code, too, so an unwind entry decides.
        return image.Unwind.At(symbol.Address)?.Start == symbol.Address ? NameKind.Function : NameKind.Label;
    }

    private bool IsCode(in ElfSymbol symbol) =>
        symbol.IsFunction && symbol.IsDefined && symbol.Address != 0 && image.CodeSegmentAt(symbol.Address) is not null;

    private FunctionRange RangeOf(in ElfSymbol symbol, ReadOnlySpan<byte> name)
    {
        var limit = image.EndOfCodeAt(symbol.Address);
        var end = symbol.Size == 0
            ? Math.Min(limit, NearStart(symbol.Address, before: false) ?? ulong.MaxValue)
            : symbol.Address + Math.Min(symbol.Size, limit - symbol.Address);
        if (symbol is { Size: 0, IsUntyped: true } && image.Unwind.At(symbol.Address) is { } unwound)
        {
            end = Math.Min(limit, unwound.End);
        }

        var text = Encoding.UTF8.GetString(name);
        return new FunctionRange(text, symbol.Address, end, IsEntered: image.IsGo || !CloneNames.IsColdPart(name))
        {
            Shown = Demangler.Demangle(name)?.Full ?? text,
            IsLocal = symbol.IsLocal,
        };
    }

    /// <summary>The functions by address, sorted when the first address is asked for.</summary>
    private FunctionPlaces Places => field ??= new FunctionPlaces(tables, symbol => IsCode(symbol));

    /// <summary>The nearest start of a function before or after the address, which may be one itself; null when there is none.</summary>
    public ulong? NearStart(ulong address, bool before)
    {
        var starts = Starts;
        var at = Array.BinarySearch(starts, address);
        at = (before, at < 0) switch
        {
            (true, true) => ~at - 1,
            (true, false) => at - 1,
            (false, true) => ~at,
            (false, false) => at + 1,
        };
        return at >= 0 && at < starts.Length ? starts[at] : null;
    }

    private ulong[] Starts
    {
        get
        {
            if (_starts is null)
            {
                var starts = new List<ulong>();
                foreach (var table in tables)
                {
                    foreach (ref readonly var symbol in table.Symbols)
                    {
                        if (IsCode(symbol))
                        {
                            starts.Add(symbol.Address);
                        }
                    }
                }

                starts.Sort();
                _starts = [.. starts.Distinct()];
            }

            return _starts;
        }
    }
}
