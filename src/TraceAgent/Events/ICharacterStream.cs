namespace TraceAgent.Events;

/// <summary>A stream that takes characters and makes UTF-8 of them itself.</summary>
internal interface ICharacterStream
{
    /// <summary>A surrogate without its other half becomes U+FFFD.</summary>
    void Write(ReadOnlySpan<char> text);
}
