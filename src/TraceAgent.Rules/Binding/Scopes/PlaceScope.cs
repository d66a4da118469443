using TraceAgent.Capture;
using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding.Scopes;

/// <summary>
/// The meaning of names and numbers at places of one kind, before a rule gives names of its own. Each kind of place has a scope
/// of its own; what the kernel knows of every hit is common to all.
/// </summary>
/// <param name="abi">The kind of place.</param>
internal abstract class PlaceScope(SiteAbi abi) : ValueScope
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

    /// <inheritdoc/>
    public override IEnumerable<string> Names => Common.Keys;

    public SiteAbi Abi => abi;

    /// <summary>The scope of a kind of place.</summary>
    public static PlaceScope Of(SiteAbi abi) => abi switch
    {
        CallAbi call => new CallScope(call),
        UsdtSiteAbi usdt => new UsdtScope(usdt),
        DebugSiteAbi debug => new DebugScope(debug),
        _ => throw new ArgumentOutOfRangeException(nameof(abi)),
    };

    /// <summary>True when every event has a value of this name.</summary>
    public static bool IsCommon(string name) => Common.ContainsKey(name) || OnlyInMessages.Contains(name);

    /// <summary>The value of an argument that the rule names by its number.</summary>
    /// <param name="index">The number, from 0.</param>
    public abstract SiteValue Argument(int index);

    /// <summary>The word <paramref name="index"/> (from 0, 8 bytes each) of what the function returns.</summary>
    public abstract SiteValue Result(int index);

    /// <inheritdoc/>
    public override ScopedValue? Find(string name) => Common.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string? WhyNot(string name) => OnlyInMessages.Contains(name)
        ? "only messages can name it: the agent finds it out after the kernel has decided"
        : null;
}
