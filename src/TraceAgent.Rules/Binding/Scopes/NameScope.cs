using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>The names that a rule gives, above those of the places where it is bound.</summary>
/// <param name="outer">The scope of the places.</param>
/// <param name="whyNot">The reason why a name that was not added is missing; null for one that could not exist.</param>
internal sealed class NameScope(ValueScope outer, Func<string, string?>? whyNot = null) : ValueScope
{
    private readonly Dictionary<string, ScopedValue> _values = [];
    private readonly Dictionary<string, ScopedValue> _others = [];
    private readonly Dictionary<string, string> _reasons = [];
    private readonly Dictionary<string, Outcome> _missing = [];

    /// <summary>The names in the order in which they were added.</summary>
    public override IEnumerable<string> Names => outer.Names.Concat(_values.Keys).Concat(_others.Keys);

    /// <inheritdoc/>
    public override bool KnowsTypes => outer.KnowsTypes;

    /// <param name="name">The value's name.</param>
    /// <param name="raw">The 64 bits that hold the value.</param>
    /// <param name="type">The type, which says how many of them count.</param>
    public void Add(string name, Term raw, StaticType type) => AddComputed(name, Widen(raw, type), type);

    /// <summary>Adds another name of the same value.</summary>
    public void Alias(string alias, string name)
    {
        if (_values.TryGetValue(name, out var value))
        {
            _values.TryAdd(alias, value);
        }
    }

    /// <summary>Changes the type of a value, under all of its names.</summary>
    public void Retype(string name, StaticType type)
    {
        foreach (var (key, value) in _values.Where(one => one.Value.Name == name).ToList())
        {
            _values[key] = value with { Type = type };
        }
    }

    /// <summary>Adds a computed value, which is as wide as its type says.</summary>
    public void AddComputed(string name, Term term, StaticType type) => _values.TryAdd(name, new ScopedValue(name, term, type));

    /// <summary>Adds a value that is known to be missing before any hit.</summary>
    public void Miss(string name, Outcome why, string reason)
    {
        _missing.TryAdd(name, why);
        Exclude(name, reason);
    }

    /// <summary>Why the first of these names that has no value has none; <see cref="Outcome.Ok"/> when all have one.</summary>
    public Outcome WhyMissing(IEnumerable<string> names) =>
        names.Select(name => Find(name) is null ? _missing.GetValueOrDefault(name) : Outcome.Ok).FirstOrDefault(why => why != Outcome.Ok);

    /// <summary>
    /// Adds a value that counts only while the rule and its places have none of this name. Its namespaces redact nothing.
    /// </summary>
    public void AddOtherwise(string name, Term term, StaticType type) =>
        _others.TryAdd(name, new ScopedValue(ValueName.Last(name), term, type));

    /// <summary>Adds a name that exists elsewhere, with the reason why not here.</summary>
    public void Exclude(string name, string reason) => _reasons.TryAdd(name, reason);

    /// <inheritdoc/>
    public override StaticType? FindType(string name) => outer.FindType(name);

    /// <inheritdoc/>
    public override ScopedValue? Find(string name) =>
        outer.Find(name) ?? _values.GetValueOrDefault(name) ?? _others.GetValueOrDefault(name) ?? ErrorNumber(name);

    /// <summary>The number that a name of the C library's error numbers stands for: <c>ENOENT</c>.</summary>
    private static ScopedValue? ErrorNumber(string name) => ErrorNames.NumberOf(name) is { } number
        ? new ScopedValue(name, new Term.Number(number), StaticType.Int64)
        : null;

    /// <inheritdoc/>
    public override string? WhyNot(string name) => outer.WhyNot(name) ?? _reasons.GetValueOrDefault(name) ?? whyNot?.Invoke(name);

    /// <summary>The value as 64 bits: a register's bits above the type's own are undefined (System V ABI 3.2.3).</summary>
    public static Term Widen(Term raw, StaticType type) => type switch
    {
        StaticType.Integer { Size: < 8 } integer => new Term.Extend(raw, integer.Size, integer.Signed),
        StaticType.Character => new Term.Extend(raw, 1, Signed: false),
        StaticType.Bool => new Term.Binary(BinaryOperator.NotEqual, new Term.Extend(raw, 1, Signed: false), new Term.Number(0)),
        _ => raw,
    };
}
