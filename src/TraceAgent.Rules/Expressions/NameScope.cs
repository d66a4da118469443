using TraceAgent.Capture;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Expressions;

/// <summary>A value that an expression can name.</summary>
/// <param name="Name">Its own, also when an alias found it.</param>
/// <param name="Term">As 64 bits.</param>
/// <param name="Type">What it is.</param>
internal sealed record ScopedValue(string Name, Term Term, StaticType Type);

/// <summary>The names that the expressions of a rule can use.</summary>
internal sealed class NameScope
{
    private readonly Dictionary<string, ScopedValue> _values = [];
    private readonly Dictionary<string, string> _reasons = [];

    /// <summary>In the order in which they were added.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>What every event has.</summary>
    public static NameScope Common()
    {
        var scope = new NameScope();
        scope.AddComputed("pid", new Term.Special(SpecialValue.Pid), new StaticType.Integer(4, Signed: false));
        scope.AddComputed("tid", new Term.Special(SpecialValue.Tid), new StaticType.Integer(4, Signed: false));
        scope.AddComputed("uid", new Term.Special(SpecialValue.Uid), new StaticType.Integer(4, Signed: false));
        scope.AddComputed("gid", new Term.Special(SpecialValue.Gid), new StaticType.Integer(4, Signed: false));
        scope.AddComputed("cgroup", new Term.Special(SpecialValue.Cgroup), StaticType.UInt64);
        scope._values.Add("comm", new ScopedValue("comm", new Term.Number(0), new StaticType.ThreadName()));
        foreach (var name in (string[])["ppid", "exe", "cmdline", "time", "symbol", "binary", "rule"])
        {
            scope.Exclude(name, "only messages can name it: the agent finds it out after the kernel has decided");
        }

        return scope;
    }

    /// <param name="name">Its name.</param>
    /// <param name="raw">All 64 bits that hold it.</param>
    /// <param name="type">Says how many of them count.</param>
    public void Add(string name, Term raw, StaticType type) => _values.TryAdd(name, new ScopedValue(name, Widen(raw, type), type));

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

    public ScopedValue? Find(string name) => _values.GetValueOrDefault(name);

    public string? WhyNot(string name) => _reasons.GetValueOrDefault(name);

    /// <summary>The value as 64 bits: a register's bits above the type's own are undefined (System V ABI 3.2.3).</summary>
    public static Term Widen(Term raw, StaticType type) => type switch
    {
        StaticType.Integer { Size: < 8 } integer => new Term.Extend(raw, integer.Size, integer.Signed),
        StaticType.Character => new Term.Extend(raw, 1, Signed: false),
        StaticType.Bool => new Term.Binary(BinaryOperator.NotEqual, new Term.Extend(raw, 1, Signed: false), new Term.Number(0)),
        _ => raw,
    };
}
