using System.Globalization;
using TraceAgent.Symbols.Usdt;
using TraceAgent.Terminal;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Listings;

/// <summary>Writes a table of the places of USDT probes, one a row.</summary>
internal static class UsdtTable
{
    public static SymbolRows Rows(UsdtList list)
    {
        var rows = new SymbolRows(new("ADDRESS"), new("PROBE"), new("ARGS", IsNumber: true), new("NAME"));
        foreach (var probe in list.Probes)
        {
            var name = $"{probe.Provider}:{probe.Name}";
            rows.Add(
                probe.Refusal,
                line =>
                {
                    line.WriteString("usdt", PrintableText.WellFormed(name));
                    line.WriteString("address", SymbolRows.Hexadecimal(probe.Address));
                    line.WriteNumber("args", probe.Arguments.Count);
                    line.WriteString("operands", PrintableText.WellFormed(probe.Operands));
                    line.WriteBoolean("semaphore", probe.HasSemaphore);
                    SymbolRows.WriteProbe(line, probe.Refusal, probe.IsEmulated);
                },
                SymbolRows.Hexadecimal(probe.Address),
                SymbolRows.Probe(probe.Refusal, probe.IsEmulated),
                probe.Arguments.Count.ToString(CultureInfo.InvariantCulture),
                PrintableText.Of(name));
        }

        return rows;
    }
}
