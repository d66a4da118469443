using TraceAgent.Capture;
using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Types;

namespace TraceAgent.Dwarf.Service;

/// <summary>The answers about parameters at the entries of functions.</summary>
public sealed partial class DebugInfoReader
{
    private DebugAnswer ParametersOf(DebugQuery.Parameters query)
    {
        var types = new ShapeReader(query.Hops);
        var finder = new ParameterFinder(types, _architecture);
        var statics = new StaticFinder(types, _architecture);
        var functions = new List<FunctionParameters>();
        var names = query.Functions.GroupBy(function => function.Address)
            .ToDictionary(same => same.Key, same => same.SelectMany(function => function.Names).ToHashSet());
        var addresses = names.Keys.Order().ToArray();
        var ranges = new List<AddressRange>();
        foreach (var unit in Units())
        {
            ranges.Clear();
            AddressRanges.Read(unit.Outline.Root!.Value, ranges);
            foreach (var address in ranges.SelectMany(range => Within(addresses, range)).Distinct())
            {
                if (!IsMissing(unit) && unit.ScopesAt(address) is [var function, ..])
                {
                    var places = new VariableLocation(function, address, _architecture, _frames.EntryAt(address));
                    var found = finder.Of(function, address, places, unit.PrologueEndOf(function, address));
                    functions.Add(found with
                    {
                        Statics = statics.In(
                            unit, function, names[address].Except(found.Parameters.Select(parameter => parameter.Name))),
                    });
                }
            }
        }

        var elsewhere = statics.Elsewhere(Units());
        var named = NamedTypes(types, query.TypeNames);
        return new DebugAnswer
        {
            NamedTypes = named,
            Functions = [.. functions.DistinctBy(function => function.Address).OrderBy(function => function.Address)
                .Select(function => function with { Statics = StaticFinder.With(function.Statics, elsewhere) })],
            Types = types.Read(),
            Problems = Problems,
            Missing = Missing,
            IsCut = types.IsCut,
        };
    }

    /// <summary>Finds types by name, and definitions of structures that are only declared where they are used.</summary>
    private EquatableArray<KeyValuePair<string, int>> NamedTypes(ShapeReader types, EquatableArray<string> names)
    {
        _ = types.Read();
        var declared = types.Declared.Select(type => (Type: type, Name: TypeFinder.NameOf(type))).ToList();
        if (names.Count + declared.Count == 0)
        {
            return [];
        }

        var units = _entries.Units.Select(unit => SourceUnit.Of(unit, _split)?.Root?.Unit ?? unit);
        var found = TypeFinder.Find(units, names.Concat(declared.Select(one => one.Name)));
        foreach (var (type, name) in declared)
        {
            if (found.TryGetValue(name, out var definition))
            {
                types.Define(type, definition);
            }
        }

        return
        [
            .. names.Where(found.ContainsKey).Select(name => new KeyValuePair<string, int?>(name, types.OfType(found[name])))
                .Where(one => one.Value is not null).Select(one => new KeyValuePair<string, int>(one.Key, one.Value!.Value)),
        ];
    }

    private static ArraySegment<ulong> Within(ulong[] addresses, AddressRange range)
    {
        var (first, last) = (IndexFrom(range.Start), IndexFrom(range.End));
        return new ArraySegment<ulong>(addresses, first, Math.Max(0, last - first));

        int IndexFrom(ulong address) => Array.BinarySearch(addresses, address) is var index && index < 0 ? ~index : index;
    }
}
