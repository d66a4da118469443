using TraceAgent.Dwarf.Entries;
using TraceAgent.Dwarf.Lines;

namespace TraceAgent.Dwarf.Service;

/// <summary>The rows of a unit that are of code which is there, by address.</summary>
internal sealed class LineTable
{
    private const int MaxRows = 1 << 20;

    private readonly List<LineRow> _rows;

    private LineTable(List<LineRow> rows) => _rows = rows;

    public IReadOnlyList<LineRow> Rows => _rows;

    public static LineTable Read(LineHeader header)
    {
        var rows = new List<LineRow>();
        var program = new LineProgram(header);
        while (rows.Count < MaxRows && program.MoveNext())
        {
            if (!program.IsRemoved)
            {
                rows.Add(program.Current);
            }
        }

        // A stable order: of several rows at one address the last is what its code is of.
        var ordered = rows.OrderBy(row => row.Address).ToList();
        LineRow? last = null;
        for (var i = ordered.Count - 1; i >= 0; i--)
        {
            if (!ordered[i].EndsSequence)
            {
                last = last?.Address == ordered[i].Address ? last : ordered[i];
                ordered[i] = ordered[i] with
                {
                    HasCode = (last?.File, last?.Line) == (ordered[i].File, ordered[i].Line),
                    BeginsLine = i == 0 || ordered[i - 1].EndsSequence || ordered[i - 1].Line != ordered[i].Line
                        || ordered[i - 1].File != ordered[i].File,
                };
            }
        }

        return new LineTable(ordered);
    }

    /// <summary>The index of the first row at the address or after it.</summary>
    public int From(ulong address)
    {
        var (low, high) = (0, _rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_rows[middle].Address < address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The lines of a file whose code begins within ranges, as few ranges of lines as there can be.</summary>
    /// <param name="ranges">The ranges.</param>
    /// <param name="file">The number of the file.</param>
    /// <param name="most">The maximum number of ranges.</param>
    public List<LineRange> LinesWithin(IEnumerable<AddressRange> ranges, ulong file, int most)
    {
        var lines = new SortedSet<uint>();
        foreach (var range in ranges)
        {
            for (var i = From(range.Start); i < _rows.Count && _rows[i].Address < range.End; i++)
            {
                if (_rows[i] is { EndsSequence: false, IsStatement: true, Line: > 0 } row && row.File == file)
                {
                    lines.Add(row.Line);
                }
            }
        }

        var result = new List<LineRange>();
        foreach (var line in lines)
        {
            if (result.Count > 0 && result[^1].Last + 1 == line)
            {
                result[^1] = result[^1] with { Last = line };
            }
            else if (result.Count < most)
            {
                result.Add(new LineRange(line, line));
            }
        }

        return result;
    }
}
