using TraceAgent.Bpf.Xdp;
using TraceAgent.Capture;

namespace TraceAgent.Engine.Packets;

/// <summary>
/// Remembers which denied sources have been reported. One that is only spared is reported so, and again when it is first dropped.
/// No more of them are remembered than the kernel remembers.
/// </summary>
internal sealed class DeniedSources
{
    private Dictionary<(IpAddress Source, long Since), bool> _reported = [];
    private long _packets;

    /// <summary>True when denied sources have sent packets since the last call; without new packets there is no new source.</summary>
    /// <param name="packets">The number of packets dropped or spared so far.</param>
    public bool HasNews(long packets) => packets != _packets;

    /// <summary>The sources to report, in the order in which they came.</summary>
    public IReadOnlyList<DeniedSource> Take(IReadOnlyList<DeniedSource> sources, long packets)
    {
        _packets = packets;
        var now = new Dictionary<(IpAddress, long), bool>(sources.Count);
        var news = new List<DeniedSource>();
        foreach (var source in sources)
        {
            var key = (source.Source, source.Since);
            var isDropped = source.Dropped.Packets > 0;
            if (!_reported.TryGetValue(key, out var wasDropped) || (isDropped && !wasDropped))
            {
                news.Add(source);
            }

            now[key] = isDropped;
        }

        _reported = now;
        news.Sort((a, b) => a.Since != b.Since ? a.Since.CompareTo(b.Since) : a.Source.CompareTo(b.Source));
        return news;
    }
}
