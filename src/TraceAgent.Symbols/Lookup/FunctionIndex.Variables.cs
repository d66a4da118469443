using System.Text;

namespace TraceAgent.Symbols.Lookup;

internal sealed partial class FunctionIndex
{
    /// <summary>The address that the name stands for; null when no symbol, or symbols at several places, have it.</summary>
    public ulong? AddressOf(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        ulong? found = null;
        foreach (var table in tables)
        {
            foreach (ref readonly var symbol in table.Symbols)
            {
                if (symbol is { IsDefined: true, IsLabelOrVariable: true } && table.IsNamed(symbol, bytes) && symbol.Address != found)
                {
                    if (found is not null)
                    {
                        return null;
                    }

                    found = symbol.Address;
                }
            }
        }

        return found;
    }
}
