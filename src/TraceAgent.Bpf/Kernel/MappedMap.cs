namespace TraceAgent.Bpf.Kernel;

/// <summary>Memory of a map, shared with the kernel. Counters in it are read with <see cref="this"/>, never torn.</summary>
internal sealed unsafe class MappedMap : IDisposable
{
    private const int ProtectionRead = 1;
    private const int ProtectionWrite = 2;
    private const int Shared = 1;

    private readonly nuint _length;
    private byte* _memory;

    /// <param name="fd">Of the map.</param>
    /// <param name="name">For the message.</param>
    /// <param name="pages">From the beginning.</param>
    /// <param name="writable">Whether <see cref="Write"/> may be called.</param>
    /// <exception cref="KernelException">The kernel refused.</exception>
    public MappedMap(int fd, string name, int pages, bool writable = false)
    {
        _length = (nuint)(pages * Environment.SystemPageSize);
        var memory = Libc.Mmap(null, _length, writable ? ProtectionRead | ProtectionWrite : ProtectionRead, Shared, fd, 0);
        var errno = Libc.Errno();
        if ((nint)memory == -1)
        {
            throw new KernelException("map into memory", name, errno);
        }

        _memory = (byte*)memory;
    }

    /// <param name="offset">Bytes from the beginning, a multiple of 8.</param>
    public long this[int offset]
    {
        get => Volatile.Read(ref *(long*)At(offset, sizeof(long)));
    }

    public int ReadInt32(int offset) => Volatile.Read(ref *(int*)At(offset, sizeof(int)));

    /// <summary>In one piece.</summary>
    public void Write(int offset, long value) => Volatile.Write(ref *(long*)At(offset, sizeof(long)), value);

    /// <summary>In one piece.</summary>
    public void Write(int offset, int value) => Volatile.Write(ref *(int*)At(offset, sizeof(int)), value);

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
        ArgumentOutOfRangeException.ThrowIfGreaterThan((nuint)offset, _length - (nuint)size);
        return _memory + offset;
    }
}
