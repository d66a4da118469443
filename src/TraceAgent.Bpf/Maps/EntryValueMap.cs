using TraceAgent.Bpf.Compiler;
using TraceAgent.Capture.Plans;

namespace TraceAgent.Bpf.Maps;

/// <summary>Argument registers of calls that run, as they were on entry: see <see cref="EntryValueLayout"/>. One for each probe.</summary>
/// <param name="architecture">The processor.</param>
internal sealed class EntryValueMap(Architecture architecture) : IDisposable
{
    private readonly BpfMap _map = BpfMap.Create(
        MapType.LruHash, "ta_entries",
        new MapSize(EntryValueLayout.KeySize, EntryValueLayout.ValueSize(architecture), EntryValueLayout.MaxCalls));

    public int Fd => _map.Fd;

    /// <summary>
    /// Forgets all calls. Before entries are seen that were not seen until now: what is there of a thread's stack may be of an earlier call
    /// than the one that runs.
    /// </summary>
    public void Clear()
    {
        foreach (var key in _map.Keys())
        {
            _ = _map.Delete(key);
        }
    }

    public void Dispose() => _map.Dispose();
}
