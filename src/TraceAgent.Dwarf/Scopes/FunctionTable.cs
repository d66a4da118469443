using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Scopes;

/// <summary>The functions of a unit that have code, by address: of namespaces, of classes, and of functions.</summary>
internal sealed class FunctionTable
{
    private readonly List<(AddressRange Range, int Offset)> _functions = [];
    private readonly List<(ulong File, ulong Line, int Offset)> _declared = [];
    private readonly Unit _unit;

    private FunctionTable(Unit unit) => _unit = unit;

    public static FunctionTable Read(Unit unit)
    {
        var table = new FunctionTable(unit);
        if (unit.Root is { } root)
        {
            var ranges = new List<AddressRange>();
            var walk = new EntryWalk(root);
            while (walk.MoveNext())
            {
                if (walk.Current.Tag == Tag.Subprogram)
                {
                    if (walk.Current.Unsigned(AttributeName.DeclarationLine) is { } line
                        && walk.Current.WithInherited(AttributeName.DeclarationFile)?.Unsigned(AttributeName.DeclarationFile) is { } file)
                    {
                        table._declared.Add((file, line, walk.Current.Offset));
                    }

                    ranges.Clear();
                    AddressRanges.Read(walk.Current, ranges);
                    foreach (var range in ranges)
                    {
                        table._functions.Add((range, walk.Current.Offset));
                    }
                }
                else if (walk.Current.Tag is Tag.EnumerationType or Tag.ArrayType or Tag.SubroutineType)
                {
                    walk.SkipChildren();
                }
            }
        }

        table._functions.Sort((left, right) => (left.Range.Start, left.Offset).CompareTo((right.Range.Start, right.Offset)));
        table._declared.Sort();
        return table;
    }

    /// <summary>
    /// The function that a line of source is in, as far as the lines show on which functions begin; null when there is none. After a
    /// function within another one, it is the inner one.
    /// </summary>
    /// <param name="file">The number of the file.</param>
    /// <param name="line">The line.</param>
    public Entry? OfLine(ulong file, uint line)
    {
        var index = _declared.BinarySearch((file, line, int.MaxValue));
        index = (index < 0 ? ~index : index) - 1;
        return index >= 0 && _declared[index].File == file ? Entry.TryRead(_unit, _declared[index].Offset) : null;
    }

    /// <summary>The function whose code an address is; of one within another, the inner one. Null when there is none.</summary>
    public Entry? At(ulong address)
    {
        var (low, high) = (0, _functions.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_functions[middle].Range.Start <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        // The nearest start decides; ranges overlap only where an inner function lies in an outer one.
        const int mostAround = 8;
        for (var i = low - 1; i >= 0 && i >= low - mostAround; i--)
        {
            if (_functions[i].Range.Holds(address))
            {
                return Entry.TryRead(_unit, _functions[i].Offset);
            }
        }

        return null;
    }
}
