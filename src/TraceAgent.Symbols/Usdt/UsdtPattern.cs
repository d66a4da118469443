using System.IO.Enumeration;
using TraceAgent.Capture;
using TraceAgent.Symbols.Elf;

namespace TraceAgent.Symbols.Usdt;

/// <summary>A rule's name for its USDT probes, both parts with or without wildcards.</summary>
internal sealed class UsdtPattern(Location.Usdt where)
{
    public string Text => where.FullName;

    public bool IsGlob => Text.AsSpan().ContainsAny('*', '?');

    public bool FitsProvider(UsdtNote note) => Fits(where.Provider, note.Provider);

    public bool Fits(UsdtNote note) => FitsProvider(note) && Fits(where.Name, note.Name);

    private static bool Fits(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), name, ignoreCase: false);
}
