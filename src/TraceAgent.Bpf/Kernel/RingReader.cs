using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceAgent.Bpf.Kernel;

/// <summary>Takes the records of the ring buffer.</summary>
public interface IRecordConsumer
{
    /// <param name="record">Valid during the call only.</param>
    /// <returns>False to stop reading for now; the record counts as read.</returns>
    bool Take(ReadOnlySpan<byte> record);
}

/// <summary>Reads a ring buffer. Used by one thread at a time.</summary>
public sealed unsafe class RingReader : IDisposable
{
    /// <summary>Any negative number makes libbpf stop after the record; -EINTR and others have a meaning of their own.</summary>
    private const int Stop = -1000;

    private readonly GCHandle _self;
    private readonly Lock _gate = new();
    private MappedMap? _positions;
    private nint _ring;
    private IRecordConsumer? _consumer;
    private Exception? _failure;

    internal RingReader(int mapFd, int bytes = 0)
    {
        Bytes = bytes;
        _self = GCHandle.Alloc(this);
        _ring = LibBpf.RingNew(mapFd, &OnRecord, GCHandle.ToIntPtr(_self), 0);
        if (_ring == 0)
        {
            _self.Free();
            throw new KernelException("open", "the ring buffer", Marshal.GetLastSystemError());
        }

        try
        {
            // Two pages before the data: where the reader is, and where the writers are (kernel/bpf/ringbuf.c).
            _positions = new MappedMap(mapFd, "the ring buffer", pages: 2);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its size; 0 when whoever made it did not say.</summary>
    public int Bytes { get; }

    /// <summary>Bytes that were ever read; wraps.</summary>
    internal long Consumed => _positions![0];

    /// <summary>Bytes that were ever written; wraps.</summary>
    internal long Produced => _positions![Environment.SystemPageSize];

    /// <summary>Bytes that wait to be read. Any thread may ask.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                if (_positions is null)
                {
                    return 0;
                }

                // The reader's first: it never overtakes the writers.
                var read = Consumed;
                return Produced - read;
            }
        }
    }

    /// <summary>Waits until the kernel announces records, or <paramref name="timeoutMs"/> has passed, and reads what there is.</summary>
    /// <returns>False when the consumer stopped and there may be more.</returns>
    public bool Read(IRecordConsumer consumer, int timeoutMs)
    {
        ObjectDisposedException.ThrowIf(_ring == 0, this);
        _consumer = consumer;
        var result = timeoutMs > 0 ? LibBpf.RingPoll(_ring, timeoutMs) : 0;
        if (result == 0)
        {
            // Not every record is announced: read on a timeout as well.
            result = LibBpf.RingConsume(_ring);
        }

        _consumer = null;
        if (_failure is { } failure)
        {
            _failure = null;
            throw new InvalidOperationException("a record could not be taken", failure);
        }

        return result != Stop;
    }

    public void Dispose()
    {
        if (_ring != 0)
        {
            LibBpf.RingFree(_ring);
            _ring = 0;
            _self.Free();
        }

        lock (_gate)
        {
            _positions?.Dispose();
            _positions = null;
        }
    }

    [UnmanagedCallersOnly]
    private static int OnRecord(nint context, void* data, nuint size)
    {
        var reader = Unsafe.As<RingReader>(GCHandle.FromIntPtr(context).Target)!;
        try
        {
            return reader._consumer!.Take(new ReadOnlySpan<byte>(data, (int)size)) ? 0 : Stop;
        }
#pragma warning disable CA1031 // An exception must not unwind through libbpf; it is thrown again behind it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            reader._failure = failure;
            return Stop;
        }
    }
}
