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
        return new DebugAnswer
        {
            Functions = [.. functions.DistinctBy(function => function.Address).OrderBy(function => function.Address)
                .Select(function => function with { Statics = StaticFinder.With(function.Statics, elsewhere) })],
            Types = types.Read(),
            Problems = Problems,
            Missing = Missing,
            IsCut = types.IsCut,
        };
    }

    private static ArraySegment<ulong> Within(ulong[] addresses, AddressRange range)
    {
        var (first, last) = (IndexFrom(range.Start), IndexFrom(range.End));
        return new ArraySegment<ulong>(addresses, first, Math.Max(0, last - first));

        int IndexFrom(ulong address) => Array.BinarySearch(addresses, address) is var index && index < 0 ? ~index : index;
    }
}
