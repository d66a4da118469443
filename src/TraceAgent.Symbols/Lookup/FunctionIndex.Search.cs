using System.Runtime.InteropServices;
using System.Text;
using TraceAgent.Demangling;
using TraceAgent.Symbols.Names;
using TraceAgent.Symbols.SymbolTables;

namespace TraceAgent.Symbols.Lookup;

/// <summary>The result of searching for a pattern.</summary>
/// <param name="Kind">
/// The kind of the name when it is no function; <see cref="FunctionIndex.NameKind.Function"/> when there are functions.
/// </param>
/// <param name="Functions">Each address once, in order of address, told apart; empty when there are more than were asked for.</param>
/// <param name="Count">The number of functions.</param>
/// <param name="IndirectCount">The number of IFUNCs that a glob also fits.</param>
internal sealed record FunctionSearch(FunctionIndex.NameKind Kind, IReadOnlyList<FunctionRange> Functions, int Count, int IndirectCount);

/// <summary>The part that searches for the functions that a rule names.</summary>
internal sealed partial class FunctionIndex
{
    private SymbolNames? _names;
    private SymbolNames? _clones;

    // A single search is over before an index would be made.
    private int _searches;

    /// <summary>
    /// Finds the functions of exactly that name as nm prints it; when there is none, those that the source calls so; when there
    /// is none either, those that the wildcards fit, or the copies that the compiler left of it.
    /// </summary>
    /// <param name="pattern">The pattern to search for.</param>
    /// <param name="max">The maximum number of functions that are returned; more are counted.</param>
    public FunctionSearch Find(SymbolPattern pattern, int max)
    {
        var exact = Collect(
            (table, index) => table.IsNamed(table.Symbols[index], pattern.NameBytes) && HasVersion(pattern, table, index),
            _searches++ > 0 ? (_names ??= new SymbolNames(tables, name => name)).Near(pattern.NameBytes) : null);
        if (exact.Kind is NameKind.Function or NameKind.IndirectFunction)
        {
            var result = Result(exact, max, exact.Kind, pattern.NameBytes);

            // A rule that names a version gets it in the name that is shown.
            return pattern.Version is not null && result.Functions is [var only]
                ? result with { Functions = [only with { Shown = pattern.Text }] }
                : result;
        }

        if (image.IsGo && GoSpelling.ForAnyTypes(pattern.Name) is { } generic && Encoding.UTF8.GetBytes(generic) is var asked)
        {
            var shaped = Collect((table, index) =>
                GoSpelling.IsShapeOf(table.PlainNameOf(table.Symbols[index]), asked) && HasVersion(pattern, table, index));
            if (shaped.Kind == NameKind.Function)
            {
                return Result(shaped, max, shaped.Kind);
            }
        }

        var source = !pattern.MayBeSourceName ? (Kind: NameKind.Absent, Found: [], IndirectCount: 0) : Collect((table, index) =>
            pattern.Names(table.PlainNameOf(table.Symbols[index])) && HasVersion(pattern, table, index));
        if (source.Kind is NameKind.Function or NameKind.IndirectFunction)
        {
            return Result(source, max, source.Kind);
        }

        if (pattern.IsGlob)
        {
            var wild = CollectFitting(pattern, anySpaces: false);
            wild = wild.Kind >= NameKind.Function ? wild : CollectFitting(pattern, anySpaces: true);
            if (wild.Kind >= NameKind.Function)
            {
                return Result(wild, max, wild.Found.Count == 0 ? NameKind.IndirectFunction : NameKind.Function);
            }
        }

        // When the compiler specialised all calls of a function, only the copy (name.constprop.0) is left.
        var copies = pattern.IsGlob || exact.Kind != NameKind.Absent || image.IsGo ? (Kind: NameKind.Absent, Found: [], IndirectCount: 0)
            : Collect((table, index) =>
                pattern.NamesOriginalOf(table.PlainNameOf(table.Symbols[index])) && HasVersion(pattern, table, index));
        return copies.Kind == NameKind.Function
            ? Result(copies, max, copies.Kind)
            : new FunctionSearch(exact.Kind > source.Kind ? exact.Kind : source.Kind, [], 0, 0);
    }

    /// <summary>
    /// The copies that the compiler made (<c>add.constprop.0</c>) of functions in the set and that are not in it, in order; at
    /// most <paramref name="max"/>.
    /// </summary>
    /// <param name="functions">Names as the symbol table has them.</param>
    /// <param name="max">The maximum number of names.</param>
    public IReadOnlyList<string> ClonesOf(IReadOnlySet<string> functions, int max)
    {
        var clones = new SortedSet<string>(StringComparer.Ordinal);
        _clones ??= new SymbolNames(tables, CloneNames.BaseOf);
        foreach (var (table, index) in functions.SelectMany(function => _clones.Near(Encoding.UTF8.GetBytes(function))))
        {
            ref readonly var symbol = ref tables[table].Symbols[index];
            var name = tables[table].PlainNameOf(symbol);
            if (clones.Count < max && IsCode(symbol) && functions.Contains(Encoding.UTF8.GetString(CloneNames.BaseOf(name)))
                && Encoding.UTF8.GetString(name) is var clone && !functions.Contains(clone))
            {
                clones.Add(clone);
            }
        }

        return [.. clones];
    }

    /// <summary>
    /// The variants of an indirect function, by the names that libraries give them (<c>__strlen_avx2</c>), in
    /// order; at most <paramref name="max"/>.
    /// </summary>
    public IReadOnlyList<string> VariantsOf(string name, int max)
    {
        var prefix = Encoding.UTF8.GetBytes($"__{name.TrimStart('_')}_");
        var variants = new SortedSet<string>(StringComparer.Ordinal);
        ForEachName(candidate =>
        {
            if (variants.Count < max && candidate.StartsWith(prefix))
            {
                variants.Add(Encoding.UTF8.GetString(candidate));
            }
        });
        return [.. variants];
    }

    private delegate bool Choice(SymbolTable table, int index);


    private readonly record struct FoundSymbol(ulong Address, int Table, int Index);

    /// <param name="isMeant">True for a symbol that is meant.</param>
    /// <param name="candidates">The only ones that can be; null for all.</param>
    private (NameKind Kind, List<FoundSymbol> Found, int IndirectCount) Collect(
        Choice isMeant, IEnumerable<(int Table, int Index)>? candidates = null)
    {
        var kind = NameKind.Absent;
        var found = new List<FoundSymbol>();
        var indirect = new HashSet<ulong>();
        foreach (var (table, index) in candidates ?? [])
        {
            Consider(table, index);
        }

        for (var t = 0; candidates is null && t < tables.Length; t++)
        {
            var count = tables[t].Symbols.Length;
            for (var i = 0; i < count; i++)
            {
                Consider(t, i);
            }
        }

        return (kind, found, indirect.Count);

        void Consider(int table, int index)
        {
            ref readonly var symbol = ref tables[table].Symbols[index];
            if (!isMeant(tables[table], index) || KindOf(symbol) is not (var symbolKind and not NameKind.Absent))
            {
                return;
            }

            kind = symbolKind > kind ? symbolKind : kind;
            if (symbolKind == NameKind.Function)
            {
                found.Add(new FoundSymbol(symbol.Address, table, index));
            }
            else if (symbolKind == NameKind.IndirectFunction)
            {
                indirect.Add(symbol.Address);
            }
        }
    }

    private (NameKind Kind, List<FoundSymbol> Found, int IndirectCount) CollectFitting(SymbolPattern pattern, bool anySpaces) =>
        Collect((table, index) =>
            table.PlainNameOf(table.Symbols[index]) is { Length: > 0 } name && HasVersion(pattern, table, index)
            && (pattern.Fits(name) || pattern.FitsSourceOf(name, anySpaces)));

    private static bool HasVersion(SymbolPattern pattern, SymbolTable table, int index) =>
        pattern.Version is null
        || (table.VersionOf(index, out var isDefault) == pattern.Version && (isDefault || !pattern.IsDefaultVersion));

    private FunctionSearch Result(
        (NameKind Kind, List<FoundSymbol> Found, int IndirectCount) collected, int max, NameKind kind, byte[]? askedName = null)
    {
        if (kind == NameKind.IndirectFunction)
        {
            return new FunctionSearch(kind, [], 0, collected.IndirectCount);
        }

        var found = collected.Found;
        bool IsBetter(FoundSymbol one, FoundSymbol other) =>
            IsBetterName(
                tables[one.Table], tables[one.Table].Symbols[one.Index], tables[other.Table], tables[other.Table].Symbols[other.Index]);
        CollectionsMarshal.AsSpan(found).Sort((left, right) =>
        {
            if (left.Address != right.Address)
            {
                return left.Address.CompareTo(right.Address);
            }

            if (IsBetter(left, right))
            {
                return -1;
            }

            return IsBetter(right, left) ? 1 : (left.Table, left.Index).CompareTo((right.Table, right.Index));
        });
        var count = 0;
        for (var i = 0; i < found.Count; i++)
        {
            if (i == 0 || found[i].Address != found[count - 1].Address)
            {
                found[count++] = found[i];
            }
        }

        if (count > max)
        {
            return new FunctionSearch(NameKind.Function, [], count, collected.IndirectCount);
        }

        found.RemoveRange(count, found.Count - count);
        var ranges = found.ConvertAll(item =>
        {
            var table = tables[item.Table];
            ref readonly var symbol = ref table.Symbols[item.Index];
            return RangeOf(symbol, askedName ?? table.PlainNameOf(symbol));
        });
        Distinguish(found, ranges);
        return new FunctionSearch(NameKind.Function, ranges, count, collected.IndirectCount);
    }

    /// <summary>Gives functions of one name what tells them apart: the version, else the source file, else the address.</summary>
    private void Distinguish(List<FoundSymbol> found, List<FunctionRange> ranges)
    {
        foreach (var sameName in Enumerable.Range(0, ranges.Count).GroupBy(i => ranges[i].Shown, StringComparer.Ordinal))
        {
            var group = sameName.ToList();
            if (group.Count == 1)
            {
                continue;
            }

            var versions = group.ConvertAll(
                i => tables[found[i].Table].VersionOf(found[i].Index, out _) is { } version ? $"{sameName.Key}@{version}" : null);
            var files = versions.Distinct().Count() == group.Count && !versions.Contains(null)
                ? versions
                : group.ConvertAll(i => tables[found[i].Table].SourceOf(found[i].Index) is { } file ? $"{sameName.Key} ({file})" : null);
            var isClear = files.Distinct().Count() == group.Count && !files.Contains(null);
            for (var i = 0; i < group.Count; i++)
            {
                var range = ranges[group[i]];
                ranges[group[i]] = range with { Shown = isClear ? files[i]! : $"{range.Shown} (0x{range.Start:x})" };
            }
        }
    }
}
