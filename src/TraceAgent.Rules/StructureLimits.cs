namespace TraceAgent.Rules;

/// <summary>The limits of what is shown of a structure where a rule captures it as a whole.</summary>
/// <param name="Depth">The number of structures in structures, 1 to <see cref="MaxDepth"/>.</param>
/// <param name="MaxBytes">
/// The number of its first bytes, 1 to <see cref="BytesLimit"/>. Texts to which its members point are not part of it.
/// </param>
public sealed record StructureLimits(int Depth, int MaxBytes)
{
    public const int DefaultDepth = 4;
    public const int MaxDepth = 16;
    public const int DefaultBytes = 512;
    public const int BytesLimit = 4096;

    public static StructureLimits Default { get; } = new(DefaultDepth, DefaultBytes);
}
