using TraceAgent.Capture;
using TraceAgent.Rules.Expressions;
using TraceAgent.Rules.Types;
using TraceAgent.Rules.Yaml;

namespace TraceAgent.Rules.Keys;

/// <summary>The value that <c>bytes(name)</c> or <c>int[name]</c> names.</summary>
internal static class LengthResolution
{
    /// <summary>Null when the type names none, or when there is no such number, which is reported.</summary>
    public static Term? Resolve(TypeSpec spec, YamlScalar? source, NameScope scope, ProbeMoment on, bool isReturned, DiagnosticBag bag)
    {
        if (spec.Length is not { } length || source is null)
        {
            return null;
        }

        var at = source.SpanOf(length.Start, length.Name.Length);
        if (scope.Find(length.Name) is not { } value)
        {
            bag.Error(
                DiagnosticCode.UnknownValue,
                at,
                $"unknown name '{Quoted.Clip(length.Name)}'",
                scope.WhyNot(length.Name) ?? Suggestion.DidYouMean(length.Name, scope.Names) ?? $"known here: {Quoted.List(scope.Names)}");
            return null;
        }

        if (on != ProbeMoment.Call && (isReturned ? value.Term.NeedsEntry : value.Term.NeedsReturn))
        {
            bag.Error(DiagnosticCode.UnknownValue, at, $"'{length.Name}' is not known when this is read", "only 'on: call' knows arguments and return value together");
            return null;
        }

        if (value.Type is StaticType.Integer)
        {
            return value.Term;
        }

        bag.Error(DiagnosticCode.TypeMismatch, at, $"'{length.Name}' is {value.Type.Noun}, not a number of {(spec.Type is CaptureType.Array ? "elements" : "bytes")}");
        return null;
    }
}
