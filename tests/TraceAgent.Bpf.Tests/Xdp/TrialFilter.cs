using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;

namespace TraceAgent.Bpf.Tests.Xdp;

/// <summary>A filter whose program is run by the tests.</summary>
internal sealed class TrialFilter(PacketFilterOptions options, bool perCpu = true) : IDisposable
{
    /// <summary>Small tables are made quickly.</summary>
    public static PacketFilterOptions Small { get; } = new() { SourceCapacity = 4096, DeniedCapacity = 4096 };

    public TrialFilter()
        : this(Small)
    {
    }

    public PacketFilter Filter { get; } = PacketFilter.Load("trial", options, perCpu);

    public static IpPrefix[] Prefixes(params string[] texts) => [.. texts.Select(Prefix)];

    public static IpPrefix Prefix(string text) =>
        IpPrefix.TryParse(text, out var prefix) == PrefixError.None ? prefix : throw new ArgumentException(text);

    /// <returns>True when it was dropped; nothing else but passing is an alternative.</returns>
    public bool Drops(ReadOnlySpan<byte> frame, int repeat = 1)
    {
        var result = PacketTrial.Run(Filter.ProgramFd, frame, repeat);
        Assert.True(result.Action is TrialResult.Drop or TrialResult.Pass, $"action {result.Action}");
        return result.IsDropped;
    }

    public bool Drops(string source) => Drops(Frame.From(source));

    public void Dispose() => Filter.Dispose();
}
