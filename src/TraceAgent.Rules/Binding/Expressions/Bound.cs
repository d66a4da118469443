using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Expressions;

/// <summary>An expression with its type.</summary>
/// <param name="Term">The term that computes it, as 64 bits.</param>
/// <param name="Type">The type of the value.</param>
/// <param name="Source">The expression as it was written.</param>
/// <param name="Cost">The number of terms, each as often as it is computed.</param>
internal sealed record Bound(Term Term, StaticType Type, Syntax Source, int Cost = 1)
{
    /// <summary>The type to capture it as, when a cast says more than the type.</summary>
    public CaptureType? Capture { get; init; }

    /// <summary>The value to which a reference leads, as the source names it; everything else is itself.</summary>
    public Bound Dereferenced() => Type is StaticType.Pointer { IsReference: true, Target: { } target and not StaticType.Unknown }
        ? this with { Term = DebugValue.AtAddress(Term, target), Type = target, Cost = Cost + 4 }
        : this;

    public bool IsConstant => Term is Term.Number;

    /// <summary>True when it is compared and divided without a sign, and so is all that is computed with it.</summary>
    public bool IsUnsigned => Type is StaticType.Integer { Size: 8, Signed: false } or StaticType.Pointer;

    /// <summary>True when its sign bit is known to be 0.</summary>
    public bool IsNeverNegative =>
        Term is Term.Number { Value: >= 0 } or Term.Special
            || Type is StaticType.Integer { Size: < 8, Signed: false } or StaticType.Bool or StaticType.Character;
}
