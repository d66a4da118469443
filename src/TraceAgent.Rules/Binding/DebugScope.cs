using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding;

/// <summary>The places of which debug information says the parameters: names, types, and where their values are.</summary>
internal sealed class DebugScope : PlaceScope
{
    private readonly PlaceScope _convention;
    private readonly DebugSiteAbi _abi;
    private Dictionary<string, ScopedValue>? _constants;

    public DebugScope(DebugSiteAbi abi)
        : base(abi)
    {
        (_abi, _convention) = (abi, Of(abi.Convention));
        var used = new HashSet<string>();
        Variables = [.. abi.Variables.Select((variable, index) => DebugValue.Of(
            abi, variable, Unused(NameOf(variable.Name, index), used)))];
    }

    /// <inheritdoc/>
    public override bool KnowsTypes => true;

    /// <summary>The variables in the order of the source, also those that have no value here.</summary>
    public IReadOnlyList<DebugValue> Variables { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Names => base.Names.Concat(_abi.Others);

    /// <inheritdoc/>
    public override SiteValue Argument(int index) => _convention.Argument(index);

    /// <inheritdoc/>
    public override SiteValue Result(int index) => _convention.Result(index);

    /// <summary>The value of a name: also the number that a name of an enumeration stands for.</summary>
    public override ScopedValue? Find(string name) =>
        base.Find(name) ?? (Variables.Any(one => one.Name == name) ? null : Constants().GetValueOrDefault(name));

    private Dictionary<string, ScopedValue> Constants()
    {
        if (_constants is null)
        {
            _constants = [];
            foreach (var (number, name) in _abi.Types.Shapes.OfType<TypeShape.Enumeration>().SelectMany(names => names.Names))
            {
                _constants.TryAdd(name, new ScopedValue(name, new Terms.Term.Number(number), StaticType.Int64));
            }
        }

        return _constants;
    }

    /// <summary>The rule's texts with the type of the result, unless they say it themselves.</summary>
    public RuleSyntax Complete(RuleSyntax syntax)
    {
        if (syntax.ReturnSource is not null || syntax.ReturnsNothing)
        {
            return syntax;
        }

        return _abi.Result is { } result && ShapeTypes.Of(_abi.Types, result) is { IsInPlace: false } type and not
            (StaticType.Float or StaticType.Unknown)
            ? syntax with { Return = TypeSpec.Of(type) }
            : syntax with { ReturnsNothing = true };
    }

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
