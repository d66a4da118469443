using TraceAgent.Capture.Values;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding.Captures;

/// <summary>One captured argument: the first register or place on the stack that it is passed in (from 0), name and type.</summary>
internal sealed record Parameter(int Index, string Name, CaptureType Type)
{
    /// <summary>True when the rule does not say its type: it is what the place says.</summary>
    public bool IsUntyped { get; init; }

    /// <summary>True when what is at its address is read when the function returns.</summary>
    public bool IsAtReturn { get; init; }

    /// <summary>The number of bytes or elements, when another value says it; null when none does.</summary>
    public Term? Length { get; init; }
}
