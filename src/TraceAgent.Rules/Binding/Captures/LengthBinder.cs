using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Captures;

/// <summary>Binds the value that <c>bytes(name)</c>, <c>string(name)</c> or <c>int[name]</c> names.</summary>
internal sealed class LengthBinder(ProbeTrigger on, Redaction redaction, DiagnosticBag bag)
{
    /// <summary>
    /// The length that the type of <paramref name="owner"/> names; null when it names none, or when there is no such number,
    /// which is reported.
    /// </summary>
    public Term? Resolve(string owner, TypeSpec spec, YamlScalar? source, ValueScope scope, bool isReturned)
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

        if (on != ProbeTrigger.Call && (isReturned ? value.Term.NeedsEntry : value.Term.NeedsReturn))
        {
            bag.Error(DiagnosticCode.UnknownValue,
                at, $"'{length.Name}' is not known when this is read", "only 'on: call' knows arguments and return value together");
            return null;
        }

        if (value.AsCount() is not { } count)
        {
            bag.Error(DiagnosticCode.TypeMismatch,
                at, $"'{length.Name}' is {value.Type.Noun}, not a number of {NounOf(spec.Type)}");
            return null;
        }

        if (redaction.Applies(value.Name) && !redaction.Applies(owner))
        {
            RedactedValue.Report(bag, at, value.Name, RedactedValue.Reveals(owner, value.Name));
            return null;
        }

        return count;
    }

    private static string NounOf(CaptureType type) => type switch
    {
        CaptureType.Array => "elements",
        CaptureType.CountedText { Unit: > 1 } => "units",
        _ => "bytes",
    };
}
