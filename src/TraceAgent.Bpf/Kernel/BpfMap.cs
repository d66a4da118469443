using TraceAgent.Linux;

namespace TraceAgent.Bpf.Kernel;

/// <summary>Types and flags of maps (include/uapi/linux/bpf.h).</summary>
internal enum MapType
{
    Hash = 1,
    Array = 2,
    PerCpuArray = 6,
    LruHash = 9,
    RingBuffer = 27,
}

/// <summary>A BPF map.</summary>
internal sealed unsafe class BpfMap : BpfHandle
{
    public const uint NoPreallocation = 1;
    public const uint Mappable = 1 << 10;

    private BpfMap(int fd, int keySize)
        : base(fd) => KeySize = keySize;

    public int KeySize { get; }

    /// <exception cref="KernelException">The kernel refused.</exception>
    public static BpfMap Create(MapType type, string name, int keySize, int valueSize, int maxEntries, uint flags = 0)
    {
        var options = new LibBpf.MapCreateOptions { Size = (nuint)sizeof(LibBpf.MapCreateOptions), Flags = flags };
        var fd = LibBpf.MapCreate((int)type, name, (uint)keySize, (uint)valueSize, (uint)maxEntries, &options);
        return fd >= 0 ? new BpfMap(fd, keySize) : throw new KernelException("create BPF map", name, -fd, Privileges.RemedyFor(-fd));
    }

    /// <summary>Reads the value of a key; false when there is no such key.</summary>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        fixed (byte* keyAt = key, valueAt = value)
        {
            return LibBpf.MapLookup(Fd, keyAt, valueAt) == 0;
        }
    }

    public bool Delete(ReadOnlySpan<byte> key)
    {
        fixed (byte* keyAt = key)
        {
            return LibBpf.MapDelete(Fd, keyAt) == 0;
        }
    }

    /// <summary>All keys, one behind the other. Keys that are added or removed meanwhile may be missing.</summary>
    public List<byte[]> Keys()
    {
        var keys = new List<byte[]>();
        var current = new byte[KeySize];
        while (Next(keys.Count == 0 ? null : current, current))
        {
            keys.Add([.. current]);
        }

        return keys;
    }

    private bool Next(byte[]? key, byte[] next)
    {
        fixed (byte* keyAt = key, nextAt = next)
        {
            return LibBpf.MapNextKey(Fd, keyAt, nextAt) == 0;
        }
    }
}
