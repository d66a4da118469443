using System.Text;
using TraceAgent.Capture;
using TraceAgent.Symbols.Notes;

namespace TraceAgent.Symbols.Usdt;

/// <summary>Explains why a name leads to no USDT probe, and what the file has instead.</summary>
internal sealed class MissingUsdtProbe(UsdtNotes notes, string displayPath, UsdtPattern pattern)
{
    private const int MaxNames = 6;

    public SiteProblem Problem()
    {
        if (notes.IsDamaged)
        {
            return new SiteProblem(
                SiteCodes.Damaged, Refused: true,
                $"USDT probe '{pattern.Text}' not found in {displayPath}: its notes of probes are damaged", "is the file complete?");
        }

        if (notes.IsCut)
        {
            return new SiteProblem(
                SiteCodes.UsdtNotFound, Refused: true,
                FormattableString.Invariant($"USDT probe '{pattern.Text}' is not among the first {notes.Items.Count:N0} of {displayPath}")
                    + ", and more are not read");
        }

        if (notes.Items.Count == 0)
        {
            return new SiteProblem(
                SiteCodes.UsdtNotFound, Refused: true, $"{displayPath} has no USDT probes",
                "they are built in by an option of the program (such as --enable-dtrace) or by its libraries: name the one that " +
                    "has them as `binary`");
        }

        return new SiteProblem(
            SiteCodes.UsdtNotFound, Refused: true,
            pattern.IsGlob
                ? $"no USDT probe of {displayPath} is called like '{pattern.Text}'"
                : $"USDT probe '{pattern.Text}' not found in {displayPath}",
            Hint());
    }

    private string Hint()
    {
        var names = notes.Items.Select(note => note.FullName).Distinct().Order(StringComparer.Ordinal).ToList();
        if (!pattern.IsGlob && Nearest(names) is { Count: > 0 } near)
        {
            return $"did you mean {string.Join(" or ", near.Select(name => $"'{name}'"))}?";
        }

        var siblings = notes.Items.Where(pattern.FitsProvider)
            .Select(note => note.FullName).Distinct().Order(StringComparer.Ordinal).ToList();
        if (siblings.Count > 0)
        {
            return $"it has {List(siblings)}";
        }

        return names.Count <= MaxNames
            ? $"it has {List(names)}"
            : $"its providers are {List([.. notes.Items.Select(note => note.Provider).Distinct().Order(StringComparer.Ordinal)])}";
    }

    private static string List(List<string> names) =>
        $"{string.Join(", ", names.Take(MaxNames))}{(names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "")}";

    private List<string> Nearest(List<string> names)
    {
        const int max = 3;
        const int longest = 128;
        var wanted = Encoding.UTF8.GetBytes(pattern.Text);
        if (wanted.Length > longest)
        {
            return [];
        }

        var limit = EditDistance.LimitFor(wanted.Length);
        var rows = new int[EditDistance.RowsFor(longest, limit)];
        return [.. names
            .Select(name => (Name: name, Distance: EditDistance.Between<byte>(wanted, Encoding.UTF8.GetBytes(name), limit, rows)))
            .Where(one => one.Distance <= limit).OrderBy(one => one.Distance).Take(max).Select(one => one.Name)];
    }
}
