using TraceAgent.Capture;
using TraceAgent.Capture.Places;
using TraceAgent.Symbols.Notes;

namespace TraceAgent.Symbols.Usdt;

/// <summary>A rule's name for its USDT probes, both parts with or without wildcards.</summary>
internal sealed class UsdtPattern(Location.Usdt where)
{
    public string Text => where.FullName;

    public bool IsGlob => Wildcard.IsIn(Text);

    public bool FitsProvider(UsdtNote note) => Wildcard.Matches(where.Provider, note.Provider);

    public bool Fits(UsdtNote note) => FitsProvider(note) && Wildcard.Matches(where.Name, note.Name);
}
