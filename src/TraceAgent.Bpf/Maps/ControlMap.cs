using TraceAgent.Bpf.Compiler;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Maps;

/// <summary>The <see cref="ControlLayout"/> map, mapped into our memory.</summary>
internal sealed unsafe class ControlMap : IDisposable
{
    private const int ProtectionReadWrite = 3;
    private const int Shared = 1;

    private readonly BpfMap _map;
    private readonly nuint _length;
    private byte* _memory;
    private readonly bool[] _wasHit = new bool[ControlLayout.Slots];

    /// <param name="fillMark">Bytes in the ring from which on its reader is woken at any time.</param>
    public ControlMap(int fillMark)
    {
        _map = BpfMap.Create(MapType.Array, "ta_control", new MapSize(4, ControlLayout.Size, 1), BpfMap.Mappable);
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

    /// <summary>True when <see cref="ControlLayout.HitFlag"/> of the slot was set at the last <see cref="TakeHits"/>.</summary>
    public bool WasHit(uint slot) => _wasHit[slot];

    /// <summary>Sets the flag as a program does.</summary>
    public void NoteHit(uint slot) => Volatile.Write(ref *At(ControlLayout.HitFlag(slot), slot), 1);

    /// <summary>
    /// Takes the flags of all slots. A program that counts at this moment may find its flag still set: look at the counters of what
    /// was hit once more at the next call. Used by one thread.
    /// </summary>
    /// <returns>True when a flag was set.</returns>
    public bool TakeHits()
    {
        var anyHit = false;
        for (var slot = 0u; slot < ControlLayout.Slots; slot += sizeof(ulong))
        {
            var flags = At(ControlLayout.HitFlag(slot), slot);
            var any = Volatile.Read(ref *(ulong*)flags) != 0;
            anyHit |= any;
            for (var i = 0; i < sizeof(ulong); i++)
            {
                _wasHit[slot + i] = any && flags[i] != 0;
                if (_wasHit[slot + i])
                {
                    Volatile.Write(ref flags[i], 0);
                }
            }
        }

        // A full barrier: counters that are read from here on include the hits whose flags were cleared.
        Interlocked.MemoryBarrier();
        return anyHit;
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
