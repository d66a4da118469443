using TraceAgent.Capture;

namespace TraceAgent.Rules.Types;

/// <summary>A type as it was written.</summary>
/// <param name="Type">Of bytes with their length in another value, the most that is kept stands for the length.</param>
/// <param name="Static">What expressions know of the value.</param>
internal sealed record TypeSpec(CaptureType Type, StaticType Static)
{
    /// <summary>The value that holds the number of bytes.</summary>
    public LengthName? Length { get; init; }

    public static TypeSpec Default { get; } = Of(CaptureType.Default);

    public static TypeSpec Of(CaptureType type) => new(type, StaticType.Of(type));

    public static TypeSpec Of(StaticType type) => new(type.Capture, type);
}

/// <summary>The <c>name</c> of <c>bytes(name)</c>, and where it stands in the text of the type.</summary>
internal sealed record LengthName(string Name, int Start);
