using System.Globalization;
using System.Text;
using TraceAgent.Capture;

namespace TraceAgent.Events.PacketLines;

/// <summary>Writes the counters of a packet rule for people.</summary>
public static class PacketTotalsText
{
    public static string Of(PacketTotals totals)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Plural.Grouped(totals.Seen.Packets, "packet")} " +
            $"({Plural.Grouped(totals.Seen.Bytes, "byte")}): {totals.Passed.Packets:N0} passed");
        Add(totals.Dropped, "dropped");
        Add(totals.Spared, "spared");
        Add(totals.NotIp, "not IP");
        Add(totals.Malformed, "malformed");
        return text.ToString();

        void Add(Traffic traffic, string what)
        {
            if (traffic.Packets > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $", {traffic.Packets:N0} {what}");
            }
        }
    }
}
