using TraceAgent.Capture;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Expressions;

/// <summary>A value that an expression can name.</summary>
/// <param name="Name">Its own, also when an alias found it.</param>
/// <param name="Term">As 64 bits.</param>
/// <param name="Type">What it is.</param>
internal sealed record ScopedValue(string Name, Term Term, StaticType Type);

/// <summary>The names that the expressions of a rule can use: what every event has, and what is added.</summary>
/// <param name="whyNot">Why a name that was not added is not there; null for one that could not be.</param>
internal sealed class NameScope(Func<string, string?>? whyNot = null)
{
    private static readonly StaticType Number = new StaticType.Integer(4, Signed: false);

    private static readonly Dictionary<string, ScopedValue> Common = new()
    {
        ["pid"] = new("pid", new Term.Special(SpecialValue.Pid), Number),
        ["tid"] = new("tid", new Term.Special(SpecialValue.Tid), Number),
        ["uid"] = new("uid", new Term.Special(SpecialValue.Uid), Number),
        ["gid"] = new("gid", new Term.Special(SpecialValue.Gid), Number),
        ["cgroup"] = new("cgroup", new Term.Special(SpecialValue.Cgroup), StaticType.UInt64),
        ["comm"] = new("comm", new Term.Number(0), new StaticType.ThreadName()),
    };

    private static readonly string[] OnlyInMessages = ["ppid", "exe", "cmdline", "time", "symbol", "binary", "rule"];

    private readonly Dictionary<string, ScopedValue> _values = [];
    private readonly Dictionary<string, string> _reasons = [];

    /// <summary>In the order in which they were added.</summary>
    public IEnumerable<string> Names => Common.Keys.Concat(_values.Keys);

    /// <param name="name">Its name.</param>
    /// <param name="raw">All 64 bits that hold it.</param>
    /// <param name="type">Says how many of them count.</param>
    public void Add(string name, Term raw, StaticType type) => AddComputed(name, Widen(raw, type), type);

    /// <summary>Another name of the same value.</summary>
    public void Alias(string alias, string name)
    {
        if (_values.TryGetValue(name, out var value))
        {
            _values.TryAdd(alias, value);
        }
    }

    /// <summary>A computed value, which is as wide as its type says.</summary>
    public void AddComputed(string name, Term term, StaticType type) => _values.TryAdd(name, new ScopedValue(name, term, type));

    /// <summary>A name that exists elsewhere, and why not here.</summary>
    public void Exclude(string name, string reason) => _reasons.TryAdd(name, reason);

    public ScopedValue? Find(string name) => Common.GetValueOrDefault(name) ?? _values.GetValueOrDefault(name);

    public string? WhyNot(string name) => OnlyInMessages.Contains(name)
        ? "only messages can name it: the agent finds it out after the kernel has decided"
        : _reasons.GetValueOrDefault(name) ?? whyNot?.Invoke(name);

    /// <summary>The value as 64 bits: a register's bits above the type's own are undefined (System V ABI 3.2.3).</summary>
    public static Term Widen(Term raw, StaticType type) => type switch
    {
        StaticType.Integer { Size: < 8 } integer => new Term.Extend(raw, integer.Size, integer.Signed),
        StaticType.Character => new Term.Extend(raw, 1, Signed: false),
        StaticType.Bool => new Term.Binary(BinaryOperator.NotEqual, new Term.Extend(raw, 1, Signed: false), new Term.Number(0)),
        _ => raw,
    };
}
