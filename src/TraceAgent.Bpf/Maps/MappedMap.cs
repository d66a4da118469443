using TraceAgent.Linux;

namespace TraceAgent.Bpf.Maps;

/// <summary>Memory of a map, shared with the kernel. Counters in it are read and written in one piece, never torn.</summary>
internal sealed unsafe class MappedMap : IDisposable
{
    private const int ProtectionRead = 1;
    private const int ProtectionWrite = 2;
    private const int Shared = 1;

    private readonly nuint _length;
    private byte* _memory;

    private MappedMap(int fd, string name, long offset, long bytes, int protection)
    {
        var page = Environment.SystemPageSize;
        _length = (nuint)((bytes + page - 1) & -page);
        var memory = Libc.Mmap(null, _length, protection, Shared, fd, offset);
        var errno = Libc.Errno();
        if ((nint)memory == -1)
        {
            throw new KernelException("map into memory", name, errno);
        }

        _memory = (byte*)memory;
    }

    /// <param name="offset">Bytes from the beginning of what was mapped, a multiple of 8.</param>
    public long this[int offset] => Volatile.Read(ref *(long*)At(offset, sizeof(long)));

    /// <param name="fd">The map's file descriptor.</param>
    /// <param name="name">The map's name, for messages.</param>
    /// <param name="offset">The start of the memory: bytes, whole pages.</param>
    /// <param name="bytes">The length, rounded up to whole pages.</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public static MappedMap ReadOnly(int fd, string name, long offset, long bytes) => new(fd, name, offset, bytes, ProtectionRead);

    /// <summary>Maps memory for which <see cref="Write(int, long)"/> may be called.</summary>
    /// <inheritdoc cref="ReadOnly"/>
    public static MappedMap Writable(int fd, string name, long offset, long bytes) =>
        new(fd, name, offset, bytes, ProtectionRead | ProtectionWrite);

    public int ReadInt32(int offset) => Volatile.Read(ref *(int*)At(offset, sizeof(int)));

    /// <summary>Writes eight bytes in one piece.</summary>
    public void Write(int offset, long value) => Volatile.Write(ref *(long*)At(offset, sizeof(long)), value);

    /// <summary>Writes four bytes in one piece.</summary>
    public void Write(int offset, int value) => Volatile.Write(ref *(int*)At(offset, sizeof(int)), value);

    /// <summary>Bytes of the map that no program writes any more.</summary>
    public ReadOnlySpan<byte> Span(int offset, int length) => new(At(offset, length), length);

    public void Dispose()
    {
        if (_memory != null)
        {
            _ = Libc.Munmap(_memory, _length);
            _memory = null;
        }
    }

    private byte* At(int offset, int size)
    {
        ObjectDisposedException.ThrowIf(_memory == null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset + (ulong)size, _length);
        return _memory + offset;
    }
}
