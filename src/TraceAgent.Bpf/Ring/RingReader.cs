using System.Diagnostics;
using TraceAgent.Bpf.Maps;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Ring;

/// <summary>Takes the records of the ring buffer.</summary>
public interface IRecordConsumer
{
    /// <param name="record">The bytes of the record, valid during the call only.</param>
    /// <returns>False to stop reading for now; the record counts as read.</returns>
    bool Take(ReadOnlySpan<byte> record);
}

/// <summary>
/// Reads a ring buffer (kernel/bpf/ringbuf.c). Used by one thread at a time. libbpf's reader tells the kernel its position after
/// every record: the traced program reads that word on every hit, so that the two processors would take it from each other a
/// million times a second; and it maps all of the data, twice.
/// </summary>
public sealed unsafe class RingReader : IDisposable
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const long NsPerMs = 1_000_000;

    /// <summary>
    /// The maximum time of a turn of reading and writing, in ms; after that, programs wake the reader though it is awake.
    /// </summary>
    private const int ReadingMs = 25;

    /// <summary>The maximum delay with which a timed wait ends, in ms; after that, programs wake the reader.</summary>
    private const int LatenessMs = 5;

    private static readonly int Page = Environment.SystemPageSize;

    private readonly Lock _gate = new();
    private readonly int _batch;
    private readonly RingWait _wait;
    private readonly ControlMap? _control;
    private MappedMap? _reader;
    private MappedMap? _writers;
    private RingData? _data;

    /// <param name="mapFd">The map's file descriptor.</param>
    /// <param name="bytes">Size of the ring: a power of two, at least a page.</param>
    /// <param name="longestRecord">Bytes of the longest record that anybody writes, without its header.</param>
    /// <param name="control">
    /// The control map, in which the programs read whether to wake the reader; null where they always wake it.
    /// </param>
    /// <exception cref="KernelException">It cannot be mapped or waited for.</exception>
    internal RingReader(int mapFd, int bytes, int longestRecord, ControlMap? control = null)
    {
        const string name = "the ring buffer";
        Bytes = bytes;
        _control = control;
        _batch = Math.Min(64 << 10, bytes / 16);
        _wait = new RingWait(mapFd);
        try
        {
            _reader = MappedMap.Writable(mapFd, name, 0, Page);
            _writers = MappedMap.ReadOnly(mapFd, name, Page, Page);
            _data = new RingData(mapFd, 2 * Page, bytes, longestRecord);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The ring's size in bytes.</summary>
    public int Bytes { get; }

    /// <summary>Bytes that the last <see cref="Read"/> took.</summary>
    public long LastRead { get; private set; }

    /// <summary>Total bytes read; wraps.</summary>
    internal long Consumed => _reader![0];

    /// <summary>Total bytes written; wraps.</summary>
    internal long Produced => _writers![0];

    /// <summary>Bytes that wait to be read. Any thread may ask.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                if (_reader is null || _writers is null)
                {
                    return 0;
                }

                // Read the consumer's position first: the difference is then never negative.
                var read = Consumed;
                return Produced - read;
            }
        }
    }

    /// <summary>
    /// Waits for the next record, which wakes the reader at once; at most <paramref name="timeoutMs"/>. Not to be called within a ms
    /// after records came, unless <paramref name="timeoutMs"/> is 1: programs wake it no more often.
    /// </summary>
    public void AwaitRecord(int timeoutMs)
    {
        SetQuiet(0);

        // A full barrier between the store of QuietUntil and the load of the producer's position: a program either sees that it
        // has to wake the reader, or its record is seen here.
        Interlocked.MemoryBarrier();
        Wait(Produced == Consumed ? timeoutMs : 1);
    }

    /// <summary>Waits this many ms while records come; programs wake the reader only when the ring fills.</summary>
    public void Rest(int ms)
    {
        SetQuiet(ms);
        Wait(ms);
    }

    /// <summary>Ends the current wait, or the next one. Any thread may call it, also after <see cref="Dispose"/>.</summary>
    public void Wake() => _wait.Wake();

    /// <summary>Reads all records that are complete.</summary>
    /// <returns>False when the consumer stopped and there may be more.</returns>
    public bool Read(IRecordConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ObjectDisposedException.ThrowIf(_reader is null, this);
        var consumed = Consumed;
        var (published, before) = (consumed, consumed);
        try
        {
            for (var produced = Produced; consumed != produced; produced = Produced)
            {
                while (consumed != produced)
                {
                    var offset = (int)(consumed & (Bytes - 1));
                    var header = _data!.Header(offset);
                    if ((header & BusyBit) != 0)
                    {
                        return true;
                    }

                    var length = (int)(header & ~DiscardBit);
                    var record = _data.Record(offset, length);
                    consumed += RoundUp(length + RingData.HeaderSize, 8);
                    if ((header & DiscardBit) == 0 && !consumer.Take(record))
                    {
                        return false;
                    }

                    if (consumed - published >= _batch)
                    {
                        published = consumed;
                        _reader!.Write(0, published);
                    }
                }
            }

            return true;
        }
        finally
        {
            LastRead = consumed - before;
            if (consumed != published)
            {
                _reader!.Write(0, consumed);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _reader?.Dispose();
            _writers?.Dispose();
            _data?.Dispose();
            (_reader, _writers, _data) = (null, null, null);
        }

        _wait.Dispose();
    }

    private void Wait(int timeoutMs)
    {
        ObjectDisposedException.ThrowIf(_reader is null, this);
        _wait.UntilAnnounced(timeoutMs);

        // While it reads, programs need not wake it.
        SetQuiet(ReadingMs);
    }

    private void SetQuiet(int ms)
    {
        if (_control is { } control)
        {
            control.QuietUntil = ms == 0 ? 0 : Stopwatch.GetTimestamp() + ((ms + LatenessMs) * NsPerMs);
        }
    }

    private static int RoundUp(int size, int unit) => (size + unit - 1) & -unit;
}
