using System.Text;

namespace TraceAgent.Terminal;

/// <summary>A column of a table.</summary>
/// <param name="Head">Text of the first row.</param>
/// <param name="IsNumber">True to align it at the right.</param>
internal readonly record struct TextColumn(string Head, bool IsNumber = false);

/// <summary>Rows of cells under heads, each column as wide as its widest cell.</summary>
/// <param name="columns">Columns from left to right.</param>
internal sealed class TextTable(params TextColumn[] columns)
{
    /// <summary>Each with one cell for each column.</summary>
    public required IEnumerable<string[]> Rows { get; init; }

    /// <summary>The number of blanks between two columns.</summary>
    public int Gap { get; init; } = 2;

    /// <summary>The number of blanks before each row.</summary>
    public int Indent { get; init; }

    public void AppendTo(StringBuilder text)
    {
        List<string[]> rows = [[.. columns.Select(column => column.Head)], .. Rows];
        var widths = columns.Select((_, at) => rows.Max(row => row[at].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, at) => columns[at].IsNumber ? cell.PadLeft(widths[at]) : cell.PadRight(widths[at]));
            text.Append(' ', Indent).Append(string.Join(new string(' ', Gap), cells).TrimEnd()).Append('\n');
        }
    }
}
