namespace TraceAgent.Status;

/// <summary>The answer to a client.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>Bytes, and then the end.</summary>
    public sealed record Whole(byte[] Bytes) : Reply;

    /// <summary>Bytes as they come, for as long as the client stays.</summary>
    /// <param name="Next">Waits for some; what it returns is valid until the next call.</param>
    /// <param name="End">Called once, when the client has gone.</param>
    public sealed record Stream(Func<CancellationToken, Task<ReadOnlyMemory<byte>>> Next, Action End) : Reply;
}
