using TraceAgent.Capture;
using TraceAgent.Rules.Terms;
using TraceAgent.Rules.Types;

namespace TraceAgent.Rules.Binding;

/// <summary>
/// What names mean at places of one kind, before a rule gives names of its own: what the kernel knows of every hit. The places of a
/// calling convention and of USDT notes have values by number only; where debug information is, they have names, too.
/// </summary>
/// <param name="abi">Where the numbered values are.</param>
internal sealed class PlaceScope(SiteAbi abi) : ValueScope
{
    private static readonly StaticType s_number = new StaticType.Integer(4, Signed: false);

    private static readonly Dictionary<string, ScopedValue> s_common = new()
    {
        ["pid"] = new("pid", new Term.Special(SpecialValue.Pid), s_number),
        ["tid"] = new("tid", new Term.Special(SpecialValue.Tid), s_number),
        ["uid"] = new("uid", new Term.Special(SpecialValue.Uid), s_number),
        ["gid"] = new("gid", new Term.Special(SpecialValue.Gid), s_number),
        ["cgroup"] = new("cgroup", new Term.Special(SpecialValue.Cgroup), StaticType.UInt64),
        ["comm"] = new("comm", new Term.Number(0), new StaticType.ThreadName()),
    };

    private static readonly string[] s_onlyInMessages = ["ppid", "exe", "cmdline", "time", "symbol", "binary", "rule"];

    /// <inheritdoc/>
    public override IEnumerable<string> Names => s_common.Keys;

    /// <summary>Whether every event has a value of this name.</summary>
    public static bool IsCommon(string name) => s_common.ContainsKey(name) || s_onlyInMessages.Contains(name);

    /// <summary>The value of an argument that the rule names by its number.</summary>
    /// <param name="index">From 0.</param>
    public PlaceValue Argument(int index) => new(abi.Argument(index), abi.TypeOf(index), abi.WhyMissing(index));

    /// <summary>The word <paramref name="index"/> (from 0, 8 bytes each) of what the function gives.</summary>
    public PlaceValue Result(int index) => new(abi.Result(index), CaptureType.Default, null);

    /// <inheritdoc/>
    public override ScopedValue? Find(string name) => s_common.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string? WhyNot(string name) => s_onlyInMessages.Contains(name)
        ? "only messages can name it: the agent finds it out after the kernel has decided"
        : null;
}

/// <summary>A value at places of one kind.</summary>
/// <param name="Read">How it is read; null when it is not there.</param>
/// <param name="Type">What it is when the rule does not say.</param>
/// <param name="WhyMissing">Why it is not there, in a few words; null when there is nothing to say.</param>
internal sealed record PlaceValue(Expr? Read, CaptureType Type, string? WhyMissing);
