using System.Globalization;

namespace TraceAgent.EndToEnd.DoNoHarm;

/// <summary>The functions of a binary, as other tools than the agent tell them.</summary>
internal static class FunctionStarts
{
    /// <summary>Address and size in bytes; from the unwind table, which stripped files have too, else from the symbols.</summary>
    public static IReadOnlyList<(ulong Address, ulong Size)> Of(string binary)
    {
        var unwound = Command.Run("readelf", "--wide", "--debug-dump=frames", binary).Output.Split('\n')
            .Select(line => line.IndexOf(" FDE ", StringComparison.Ordinal) > 0
                ? line[(line.IndexOf("pc=", StringComparison.Ordinal) + 3)..].Split("..")
                : [])
            .Where(range => range.Length == 2)
            .Select(range => (Start: Number(range[0]), End: Number(range[1])))
            .Select(range => (range.Start, range.End - range.Start));
        var named = Command.Run("nm", "--defined-only", "--print-size", binary).Output.Split('\n')
            .Select(line => line.Split(' '))
            .Where(symbol => symbol.Length >= 4 && symbol[2] is "T" or "t" or "W")
            .Select(symbol => (Number(symbol[0]), Number(symbol[1])));
        return [.. unwound.Concat(named).Where(function => function.Item2 > 0).Distinct()];
    }

    private static ulong Number(string hex) => ulong.Parse(hex.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
