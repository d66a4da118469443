using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Programs;
using TraceAgent.Capture;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Xdp;

/// <summary>One of the tables by source. The first word of an entry is the time when it was made, the others are sums.</summary>
internal sealed unsafe class SourceTable
{
    private const int BatchSize = 4096;
    private const int Enospc = 28;

    private readonly int _fd;
    private readonly string _name;
    private readonly int _keySize;
    private readonly int _words;
    private readonly int _copies;

    /// <param name="loaded">The object that has the table.</param>
    /// <param name="name">The map's name.</param>
    /// <param name="isIPv6">The family of its sources.</param>
    /// <param name="words">The number of words of an entry.</param>
    /// <param name="copies">The number of copies of an entry: the number of CPUs, or one.</param>
    public SourceTable(BpfObject loaded, string name, bool isIPv6, int words, int copies) =>
        (_fd, _name, _keySize, _words, _copies) = (loaded.MapFd(name), name, isIPv6 ? 16 : 4, words, copies);

    public delegate void Visit(IpAddress source, ReadOnlySpan<long> words);

    /// <summary>Visits each source once, also while packets come.</summary>
    public void Read(Visit visit)
    {
        var room = BatchSize;
        var keys = new byte[room * _keySize];
        var values = new long[room * _words * _copies];
        ulong position = 0;
        for (var started = false; ;)
        {
            var count = (uint)room;
            int result;
            fixed (byte* keysAt = keys)
            fixed (long* valuesAt = values)
            {
                result = LibBpf.MapLookupBatch(_fd, started ? &position : null, &position, keysAt, valuesAt, &count, null);
            }

            if (-result == Enospc)
            {
                room *= 2;
                keys = new byte[room * _keySize];
                values = new long[room * _words * _copies];
                continue;
            }

            if (result < 0 && -result != KernelException.Enoent)
            {
                throw new KernelException("read", $"the table {_name}", -result, Privileges.RemedyFor(-result, Privileges.ForPackets));
            }

            for (var i = 0; i < count; i++)
            {
                visit(IpAddress.FromBytes(keys.AsSpan(i * _keySize, _keySize)), Sum(values.AsSpan(i * _words * _copies, _words * _copies)));
            }

            if (result < 0)
            {
                return;
            }

            started = true;
        }
    }

    /// <summary>Sums the copies of all CPUs, in the place of the first. Only the CPU that made the entry has its time.</summary>
    private ReadOnlySpan<long> Sum(Span<long> copies)
    {
        for (var copy = 1; copy < _copies; copy++)
        {
            var own = copies.Slice(copy * _words, _words);
            copies[0] = Math.Max(copies[0], own[0]);
            for (var word = 1; word < _words; word++)
            {
                copies[word] += own[word];
            }
        }

        return copies[.._words];
    }
}
