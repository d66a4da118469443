namespace TraceAgent.Events.Outputs;

/// <summary>Collects what a sink writes until the owner commits it.</summary>
internal sealed class BatchStream : SinkStream
{
    private const int Kept = 1 << 20;
    private byte[] _bytes = new byte[64 << 10];
    private int _count;

    public ReadOnlyMemory<byte> Pending => _bytes.AsMemory(0, _count);

    /// <summary>Discards what is pending.</summary>
    public void Clear()
    {
        _count = 0;
        if (_bytes.Length > Kept)
        {
            _bytes = new byte[Kept];
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_bytes.Length - _count < buffer.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + buffer.Length));
        }

        buffer.CopyTo(_bytes.AsSpan(_count));
        _count += buffer.Length;
    }
}
