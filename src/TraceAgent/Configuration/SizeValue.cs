using System.Globalization;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>Reads sizes: <c>100MB</c>, <c>64KiB</c>.</summary>
internal static class SizeValue
{
    public const string Pattern = "^[1-9][0-9]{0,8}(B|kB|KB|MB|GB|KiB|MiB|GiB)$";

    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30),
        ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1),
    ];

    /// <summary>Reads a number of bytes; null, with a diagnostic, when it is no size.</summary>
    public static long? Read(YamlEntry entry, DiagnosticBag bag)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        foreach (var (unit, bytes) in Units)
        {
            if (scalar.Value.EndsWith(unit, StringComparison.Ordinal)
                && scalar.Value.Length - unit.Length <= 9
                && int.TryParse(scalar.Value.AsSpan(..^unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count > 0)
            {
                return count * bytes;
            }
        }

        bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'{Quoted.Clip(scalar.Value)}' is not a size", "such as 100MB, 64KiB or 1GB");
        return null;
    }
}
