namespace TraceAgent.Rules.Binding.Captures;

/// <summary>The place of a value in memory that is copied as a whole.</summary>
/// <param name="Offset">Bytes from the start.</param>
/// <param name="Size">Bytes.</param>
public sealed record ValuePart(int Offset, int Size)
{
    /// <summary>The length of a bit field in bits; 0 for a whole value.</summary>
    public int Bits { get; init; }

    /// <summary>Bits below the bit field.</summary>
    public int Shift { get; init; }

    /// <summary>The number of elements that an array has in the program; 0 for a value that is none.</summary>
    public long Count { get; init; }
}
