using System.Runtime.InteropServices;
using TraceAgent.Bpf.Compiler;

namespace TraceAgent.Bpf.Maps;

/// <summary>
/// The map of marks: a probe that takes over from another leaves one for each hit that it logs, so that the other does not log the
/// same hit; see <see cref="StateWord"/>.
/// </summary>
internal sealed class MarkMap : IDisposable
{
    private const int Entries = 65536;
    private const int ValueSize = 8;

    private readonly BpfMap _map = BpfMap.Create(
        MapType.Hash, "ta_marks", new MapSize(StackFrame.MarkKeySize, ValueSize, Entries), BpfMap.NoPreallocation);

    public int Fd => _map.Fd;

    /// <summary>Removes the marks that nobody takes any more, because the switches that they were made for are over.</summary>
    /// <param name="switches">The numbers of these switches.</param>
    public void Remove(IReadOnlySet<uint> switches)
    {
        foreach (var key in _map.Keys())
        {
            if (switches.Contains(MemoryMarshal.Read<uint>(key.AsSpan(16)))
                && MemoryMarshal.Read<int>(key.AsSpan(20)) != StateWord.RestartMark)
            {
                _ = _map.Delete(key);
            }
        }
    }

    public void Dispose() => _map.Dispose();
}
