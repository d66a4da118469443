using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>The places of which debug information says the parameters: names, types, and where their values are.</summary>
internal sealed class DebugScope : PlaceScope
{
    private readonly PlaceScope _convention;
    private readonly DebugSiteAbi _abi;
    private readonly DebugValue? _result;
    private readonly DebugValue? _resultOfCall;
    private Dictionary<string, ScopedValue>? _constants;

    public DebugScope(DebugSiteAbi abi)
        : base(abi)
    {
        (_abi, _convention) = (abi, Of(abi.Convention));
        var used = new HashSet<string>();
        Variables = [.. abi.Variables.Select((variable, index) => DebugValue.Of(
            abi, variable, Unused(NameOf(variable.Name, index), used)))];
        Statics = [.. abi.Statics.Select(one => DebugValue.Of(abi, new SiteVariable(one.Name, one.Type, one.Place), one.Name))];
        _result = abi.Result is { } result ? DebugValue.Of(abi, result, "ret", isResult: true) : null;
        _resultOfCall = abi.Result is { Place: LocationPiece.Memory } && _result is { Type.IsInPlace: true }
            ? _result with { Value = AtCallersAddress(abi.Architecture) }
            : _result;
    }

    /// <inheritdoc/>
    public override bool KnowsTypes => true;

    /// <summary>The variables in the order of the source, also those that have no value here.</summary>
    public IReadOnlyList<DebugValue> Variables { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Names => base.Names.Concat(_abi.Others);

    /// <summary>The variables that are not of one call, also those that have no value here.</summary>
    public IReadOnlyList<DebugValue> Statics { get; }

    /// <summary>The reason why a variable that is not of one call cannot be had; null when there is none to say.</summary>
    public string? WhyNoStatic(string name) => _abi.Statics.FirstOrDefault(one => one.Name == name) switch
    {
        { Candidates.Count: > 0 } several =>
            $"several variables have that name, and none of them is of this source file: {string.Join(", ", several.Candidates)}",
        { WhyMissing: { } reason } => reason,
        _ => null,
    };

    /// <inheritdoc/>
    public override SiteValue Argument(int index) => _convention.Argument(index);

    /// <inheritdoc/>
    public override SiteValue Result(int index) => _convention.Result(index);

    /// <inheritdoc/>
    public override StaticType? FindType(string name) =>
        _abi.NamedTypes.Where(one => one.Key == name).Select(one => ShapeTypes.Of(_abi.Types, one.Value)).FirstOrDefault();

    /// <summary>The value of a name: also the number that a name of an enumeration stands for.</summary>
    public override ScopedValue? Find(string name) =>
        base.Find(name) ?? (Variables.Any(one => one.Name == name) ? null : Constants().GetValueOrDefault(name));

    /// <summary>
    /// The memory that the caller gave for the result. The register that has its address on return does not in local functions of
    /// optimised code.
    /// </summary>
    private static Term.OnReturn AtCallersAddress(Architecture architecture) =>
        new(new Term.Placed(new Expr.Register(architecture.ResultAddressRegister)));

    private Dictionary<string, ScopedValue> Constants()
    {
        if (_constants is null)
        {
            _constants = [];
            foreach (var (number, name) in _abi.Types.Shapes.OfType<TypeShape.Enumeration>().SelectMany(names => names.Names))
            {
                if (!ValueName.Taken.Contains(name))
                {
                    _constants.TryAdd(name, new ScopedValue(name, new Term.Number(number), StaticType.Int64));
                }
            }
        }

        return _constants;
    }

    /// <summary>The result of the source, for a rule that does not say by itself what it returns; null for none.</summary>
    public DebugValue? ResultFor(RuleSyntax syntax, ProbeTrigger on) => (syntax.SaysResult, on) switch
    {
        (true, _) => null,
        (_, ProbeTrigger.Call) => _resultOfCall,
        _ => _result,
    };

    /// <summary>The rule's texts, which say that nothing comes back where the source says so.</summary>
    public RuleSyntax Complete(RuleSyntax syntax) =>
        syntax.SaysResult || _result is not null ? syntax : syntax with { ReturnsNothing = true };

    /// <summary>The name by which rules know a variable: that of the source, where it has one of their form.</summary>
    private string NameOf(string name, int index)
    {
        var written = VariableName.Of(name) ?? $"arg{index + 1}";
        return ValueName.Taken.Contains(written) || (_abi.IsLine && ValueName.OfLine.Contains(written)) ? $"{written}_" : written;
    }

    private static string Unused(string name, HashSet<string> names)
    {
        var free = name;
        for (var number = 2; !names.Add(free); number++)
        {
            free = FormattableString.Invariant($"{name[..Math.Min(name.Length, VariableName.MaxLength - 4)]}_{number}");
        }

        return free;
    }
}
