using TraceAgent.Bpf.Code;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Kernel;

/// <summary>The <see cref="ControlLayout"/> map, mapped into our memory.</summary>
internal sealed unsafe class ControlMap : IDisposable
{
    private const int ProtectionReadWrite = 3;
    private const int Shared = 1;

    private readonly BpfMap _map;
    private readonly nuint _length;
    private byte* _memory;

    /// <param name="fillMark">Bytes in the ring from which on its reader is woken at any time.</param>
    public ControlMap(int fillMark)
    {
        _map = BpfMap.Create(MapType.Array, "ta_control", 4, ControlLayout.Size, 1, BpfMap.Mappable);
        _length = (nuint)((ControlLayout.Size + Environment.SystemPageSize - 1) & -Environment.SystemPageSize);
        var memory = Libc.Mmap(null, _length, ProtectionReadWrite, Shared, _map.Fd, 0);
        var errno = Libc.Errno();
        if ((nint)memory == -1)
        {
            _map.Dispose();
            throw new KernelException("map into memory", "the control map", errno);
        }

        _memory = (byte*)memory;
        *(long*)(_memory + ControlLayout.FillMark) = fillMark;
    }

    public int Fd => _map.Fd;

    public long this[uint slot]
    {
        get => Volatile.Read(ref *(long*)At(slot));
        set => Volatile.Write(ref *(long*)At(slot), value);
    }

    /// <summary>The word <see cref="ControlLayout.QuietUntil"/>; nothing is stored when the map is gone.</summary>
    public long QuietUntil
    {
        set
        {
            if (_memory != null)
            {
                Volatile.Write(ref *(long*)(_memory + ControlLayout.QuietUntil), value);
            }
        }
    }

    /// <summary>Resets the limiter, as if it had allowed nothing yet.</summary>
    public void ResetLimiter(uint index) => Volatile.Write(ref *(long*)At(ControlLayout.Limiter(index), index), 0);

    public void Dispose()
    {
        if (_memory != null)
        {
            _ = Libc.Munmap(_memory, _length);
            _memory = null;
        }

        _map.Dispose();
    }

    private byte* At(uint slot) => At(ControlLayout.StateWord(slot), slot);

    private byte* At(int offset, uint slot)
    {
        ObjectDisposedException.ThrowIf(_memory == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, (uint)ControlLayout.Slots);
        return _memory + offset;
    }
}
