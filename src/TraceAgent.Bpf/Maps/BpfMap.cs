using TraceAgent.Bpf.Interop;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Maps;

/// <summary>Types and flags of maps (include/uapi/linux/bpf.h).</summary>
internal enum MapType
{
    Hash = 1,
    Array = 2,
    PerCpuArray = 6,
    LruHash = 9,
    RingBuffer = 27,
}

/// <summary>The size of a map.</summary>
/// <param name="Key">Bytes of a key.</param>
/// <param name="Value">Bytes of a value.</param>
/// <param name="Entries">The maximum number of entries.</param>
internal readonly record struct MapSize(int Key, int Value, int Entries)
{
    /// <summary>The size of a ring buffer, which has no entries.</summary>
    /// <param name="bytes">A power of two, at least a page.</param>
    public static MapSize OfRing(int bytes) => new(0, 0, bytes);
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
    public static BpfMap Create(MapType type, string name, MapSize size, uint flags = 0)
    {
        var options = new LibBpf.MapCreateOptions { Size = (nuint)sizeof(LibBpf.MapCreateOptions), Flags = flags };
        var fd = LibBpf.MapCreate((int)type, name, (uint)size.Key, (uint)size.Value, (uint)size.Entries, &options);
        return fd >= 0 ? new BpfMap(fd, size.Key) : throw new KernelException("create BPF map", name, -fd, Privileges.RemedyFor(-fd));
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

    /// <summary>All keys, one after the other. Keys that are added or removed meanwhile may be missing.</summary>
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
