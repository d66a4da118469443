namespace TraceAgent.Bpf.Maps;

/// <summary>Numbers that are given out one at a time, each as late as possible after it was given back.</summary>
internal sealed class SlotPool(int size)
{
    private readonly bool[] _used = new bool[size];
    private int _last;

    /// <summary>Takes a number; null when all are in use.</summary>
    public uint? Take()
    {
        for (var i = 1; i <= _used.Length; i++)
        {
            var slot = (_last + i) % _used.Length;
            if (!_used[slot])
            {
                _used[slot] = true;
                _last = slot;
                return (uint)slot;
            }
        }

        return null;
    }

    public void Free(uint slot) => _used[slot] = false;
}
