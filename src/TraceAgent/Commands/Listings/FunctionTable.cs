using System.Globalization;
using TraceAgent.Symbols.Functions;
using TraceAgent.Terminal;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Listings;

/// <summary>Writes a table of functions, one a row.</summary>
internal static class FunctionTable
{
    public static SymbolRows Rows(FunctionList list)
    {
        var rows = new SymbolRows(new("ADDRESS"), new("SIZE", IsNumber: true), new("PROBE"), new("NAME"));
        foreach (var function in list.Functions)
        {
            rows.Add(
                function.Refusal,
                line =>
                {
                    line.WriteString("function", PrintableText.WellFormed(function.Name));
                    line.WriteString("symbol", PrintableText.WellFormed(function.Symbol));
                    line.WriteString("address", SymbolRows.Hexadecimal(function.Address));
                    line.WriteNumber("bytes", function.Size);
                    SymbolRows.WriteProbe(line, function.Refusal, function.IsEmulated);
                },
                SymbolRows.Hexadecimal(function.Address),
                function.Size.ToString(CultureInfo.InvariantCulture),
                SymbolRows.Probe(function.Refusal, function.IsEmulated),
                PrintableText.Of(function.Name));
        }

        return rows;
    }
}
