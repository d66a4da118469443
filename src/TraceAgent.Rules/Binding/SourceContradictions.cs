using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Capture.Variables;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding;

/// <summary>
/// Compares what a rule says by hand of a function with what its source says. Only certain contradictions count: an address may be
/// shown as a number, and a number may be an address.
/// </summary>
public static class SourceContradictions
{
    /// <summary>Warning: debug information contradicts the rule.</summary>
    public const string Code = "TA258";

    private const string Hint = "'args: auto' takes names and types from there";
    private const int Word = sizeof(ulong);

    /// <summary>True for a rule that says something that debug information may contradict.</summary>
    public static bool MayBeOf(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return !rule.NeedsDebugInfo
            && ((rule.On != ProbeTrigger.Return && rule.Syntax.Arguments.Count > 0)
                || (rule.NeedsReturn && rule.Syntax.ReturnSource is not null));
    }

    /// <summary>The contradictions, each at its place in the rule file.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="source">The parameters of the function as debug information has them.</param>
    /// <param name="name">The function in messages.</param>
    public static IEnumerable<Diagnostic> Of(Rule rule, DebugSiteAbi source, string name)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(source);
        if (source.Convention is not CSiteAbi convention)
        {
            yield break;
        }

        foreach (var argument in rule.On == ProbeTrigger.Return ? [] : rule.Syntax.Arguments)
        {
            if (OfArgument(argument, source, convention) is { } contradiction)
            {
                yield return Diagnostic.Warning(Code, argument.Written.At, $"'{argument.Name}' of {name} {contradiction}", Hint);
            }
            else if (!source.TakesMore && argument.Register >= WordsOf(source))
            {
                yield return Diagnostic.Warning(
                    Code, argument.Written.At, $"{name} has {Plural.Of(source.Parameters.Count, "parameter")} in the source; " +
                    $"'{argument.Name}' is whatever is in the register", Hint);
            }
        }

        if (rule.NeedsReturn && rule.Syntax.ReturnSource is { } written
            && OfResult(rule.Syntax.Return.Type, source) is { } ofResult)
        {
            yield return Diagnostic.Warning(Code, written.At, $"the result of {name} {ofResult}", Hint);
        }
    }

    private static string? OfArgument(WrittenArgument argument, DebugSiteAbi source, CSiteAbi convention)
    {
        if (argument.IsUntyped || convention.Argument(argument.Register + argument.Spec.ValueRegister) is not { } read)
        {
            return null;
        }

        LocationPiece place = read is Expr.Load stack ? new LocationPiece.Memory(stack.Address) : new LocationPiece.Value(read);
        return source.Parameters.FirstOrDefault(parameter => parameter.Place == place) is { Type: { } type }
            ? Between(argument.Spec.Type, source.Types.At(type), source.Types)
            : null;
    }

    private static string? OfResult(CaptureType written, DebugSiteAbi source) => source.Result switch
    {
        null => "is nothing (void) in the source",
        { Place: LocationPiece.Missing { Reason: MissingReason.VectorRegister }, Type: { } type } =>
            $"is '{source.Types.At(type).Name}', in a register that no probe sees",
        { Place: LocationPiece.Value, Type: { } type } => Between(written, source.Types.At(type), source.Types),
        _ => null,
    };

    private static string? Between(CaptureType written, TypeShape shape, TypeTable types) => (written, shape) switch
    {
        (CaptureType.Scalar { Width: < Word and var width } type, TypeShape.Pointer) =>
            $"is '{shape.Name}' in the source; '{type.Notation}' shows {width} of its {Word} bytes",
        (CaptureType.Text, TypeShape.Pointer { Target: { } target })
            when types.At(target) is TypeShape.Structure or TypeShape.Pointer or TypeShape.Function =>
            $"is '{shape.Name}' in the source, where no text lies",
        ({ LiesAtAddress: true }, TypeShape.Integer or TypeShape.Bool or TypeShape.Character or TypeShape.Enumeration)
            when shape.Size < Word => $"is '{shape.Name}' in the source, which is no address",
        (CaptureType.Scalar scalar, TypeShape.Integer or TypeShape.Bool or TypeShape.Character or TypeShape.Enumeration)
            when scalar.Width > shape.Size && shape.Size > 0 =>
            $"is '{shape.Name}' in the source; the other bytes of '{scalar.Notation}' are whatever is in the register",
        (CaptureType.Scalar scalar, TypeShape.Integer or TypeShape.Enumeration) when scalar.Width < shape.Size =>
            $"is '{shape.Name}' in the source; '{scalar.Notation}' shows {scalar.Width} of its {shape.Size} bytes",
        _ => null,
    };

    /// <summary>The most registers, or places on the stack, that the parameters take, with the address of a place for the result.</summary>
    private static long WordsOf(DebugSiteAbi source) =>
        (source.Result is { Place: LocationPiece.Memory } ? 1 : 0) + source.Parameters.Sum(parameter =>
            parameter.Type is { } type ? Math.Max(1, (source.Types.At(type).Size + Word - 1) / Word) : 1);
}
