using TraceAgent.Capture.Values;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Types;

/// <summary>A type as it was written.</summary>
/// <param name="Type">The type that the value is captured as.</param>
/// <param name="Static">The type of the value in expressions.</param>
internal sealed record TypeSpec(CaptureType Type, StaticType Static)
{
    /// <summary>The value that holds the number of bytes or elements.</summary>
    public LengthName? Length { get; init; }

    /// <summary>The number of registers of an argument of this type: words of 8 bytes.</summary>
    public int Registers { get; init; } = 1;

    /// <summary>The index of the register that holds the value, or its address.</summary>
    public int ValueRegister { get; init; }

    /// <summary>True when another register holds the number of bytes or elements.</summary>
    public bool IsFollowedByLength { get; init; }

    /// <summary>The index of that register.</summary>
    public int LengthRegister { get; init; } = 1;

    /// <summary>The indexes of the registers that are read.</summary>
    public IEnumerable<int> Words => IsFollowedByLength ? [ValueRegister, LengthRegister] : [ValueRegister];

    public static TypeSpec Default { get; } = Of(CaptureType.Default);

    public static TypeSpec Of(CaptureType type) => new(type, StaticType.Of(type));

    public static TypeSpec Of(StaticType type) => new(type.Capture, type);

    /// <summary>The type that the value is captured as when it is passed in registers.</summary>
    public CaptureType InRegisters =>
        IsFollowedByLength && Type is CaptureType.TextObject text ? new CaptureType.CountedText(text.Max, text.Layout.Unit) : Type;

    /// <summary>The type in expressions of the value when it is passed in registers.</summary>
    /// <param name="register">Gets the content of each of them.</param>
    public StaticType StaticInRegisters(Func<int, Term> register) =>
        IsFollowedByLength && InRegisters is CaptureType.CountedText text
            ? new StaticType.CountedText(register(LengthRegister), text.Unit)
            : Static;

    /// <summary>The number of bytes or elements that a register holds; null when none does.</summary>
    public Term? FollowingLength(Func<int, Term> register) => IsFollowedByLength ? register(LengthRegister) : null;
}

/// <summary>The <c>name</c> of <c>bytes(name)</c>, <c>string(name)</c> or <c>int[name]</c>, and its position in the type's text.</summary>
internal sealed record LengthName(string Name, int Start)
{
    public bool Equals(LengthName? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
