using TraceAgent.Bpf.Maps;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Ring;

/// <summary>
/// The data of a ring buffer, mapped by parts: the kernel puts every page of a mapping into the process's memory at once
/// (kernel/bpf/ringbuf.c, remap_vmalloc_range), 8 MB for the usual ring. Used by one thread at a time.
/// </summary>
internal sealed class RingData : IDisposable
{
    public const int HeaderSize = 8;

    /// <summary>Bytes that are mapped at a time, and as much after them as a record can go over their end.</summary>
    public const int PartBytes = 512 << 10;

    private readonly int _mapFd;
    private readonly int _dataAt;
    private readonly int _partBytes;
    private readonly int _overlap;
    private MappedMap _part;
    private int _start;

    /// <param name="mapFd">The map's file descriptor.</param>
    /// <param name="dataAt">Bytes from the beginning of the map to the data, whole pages.</param>
    /// <param name="bytes">Size of the data: a power of two, at least a page.</param>
    /// <param name="longestRecord">Bytes of the longest record that anybody writes, without its header.</param>
    /// <exception cref="KernelException">It cannot be mapped.</exception>
    public RingData(int mapFd, int dataAt, int bytes, int longestRecord)
    {
        (_mapFd, _dataAt) = (mapFd, dataAt);
        _partBytes = Math.Min(bytes, PartBytes);

        // The kernel maps the data twice in a row, so that a record that crosses the end is in one piece
        // (bpf_ringbuf_area_alloc in kernel/bpf/ringbuf.c).
        _overlap = Math.Min(bytes, longestRecord + HeaderSize);
        _part = Map(0);
    }

    /// <summary>Length and flags of a record: the first half of the eight bytes before it.</summary>
    /// <param name="offset">Bytes from the beginning of the data to these eight bytes.</param>
    /// <exception cref="KernelException">The part in which it lies cannot be mapped.</exception>
    public uint Header(int offset)
    {
        if ((uint)(offset - _start) >= (uint)_partBytes)
        {
            MoveTo(offset);
        }

        return (uint)_part[offset - _start];
    }

    /// <summary>The bytes of the record whose <see cref="Header"/> was read last.</summary>
    public ReadOnlySpan<byte> Record(int offset, int length) => _part.Span(offset - _start + HeaderSize, length);

    public void Dispose() => _part.Dispose();

    private void MoveTo(int offset)
    {
        var start = offset & -_partBytes;
        var next = Map(start);
        _part.Dispose();
        (_part, _start) = (next, start);
    }

    private MappedMap Map(int start) => MappedMap.ReadOnly(_mapFd, "the ring buffer", _dataAt + (long)start, _partBytes + (long)_overlap);
}
