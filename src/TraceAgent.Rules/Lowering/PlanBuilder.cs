using TraceAgent.Capture;

namespace TraceAgent.Rules.Lowering;

/// <summary>What a rule captures, at sites that share where their values are.</summary>
public static class PlanBuilder
{
    /// <summary>What the rule names and these sites do not have, in words; empty when a plan can be built.</summary>
    public static IReadOnlyList<string> MissingAt(Rule rule, SiteAbi abi)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(abi);
        var terms = Terms(rule).SelectMany(term => term.Parts).ToHashSet();
        var missing = terms.OfType<Term.Argument>().Select(argument => argument.Index).Order()
            .Where(index => abi.Argument(index) is null).GroupBy(abi.WhyMissing)
            .Select(same => $"{Arguments([.. same])}{(same.Key is { } reason ? $" ({reason})" : "")}").ToList();
        missing.AddRange(AsIntegers(rule).Where(index => abi.Argument(index) is not null && abi.TypeOf(index) is CaptureType.Float)
            .Select(index => $"argument {index + 1} as an integer (it is a floating point number)"));
        if (terms.OfType<Term.Result>().Where(result => abi.Result(result.Part) is null).MinBy(result => result.Part) is { } result)
        {
            missing.Add(result.Part == 0 ? "the return value" : $"word {result.Part + 1} of the return value");
        }

        if (PairsCalls(rule, abi) && !abi.PairsCalls)
        {
            missing.Add("the goroutine, by which a return is known to belong to a call,");
        }

        return missing;
    }

    /// <exception cref="InvalidOperationException">The rule names a value that these sites do not have: see
    /// <see cref="MissingAt"/>.</exception>
    public static CapturePlan Build(Rule rule, SiteAbi abi) => new PlanFields(rule, abi).Plan();

    /// <summary>
    /// The values that an event of this kind shows: arguments, computed values, the return value, and what its message wants to
    /// know of the hit. Fields that only conditions need are not among them.
    /// </summary>
    public static IReadOnlyList<CapturedValue> ValuesOf(Rule rule, SiteAbi abi, EventKind kind) =>
        new PlanFields(rule, abi).ValuesOf(kind);

    public static bool NeedsReturn(Rule rule) => rule.On is not ProbeTrigger.Entry;

    /// <summary>Whether a return of the rule is taken only together with its entry.</summary>
    public static bool PairsCalls(Rule rule, SiteAbi abi)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(abi);
        return CapturePlan.Pairs(rule.On, abi.LeavesByJumps);
    }

    private static string Arguments(int[] indexes) => indexes is [var only]
        ? $"argument {only + 1}"
        : $"arguments {string.Join(", ", indexes[..^1].Select(index => index + 1))} and {indexes[^1] + 1}";

    /// <summary>The arguments that the rule gives a type, shows in a format of integers, or computes with.</summary>
    private static SortedSet<int> AsIntegers(Rule rule) => [
        .. rule.Arguments.Where(argument => !argument.IsUntyped || rule.Messages.Any(message => message.Template.Tokens.Any(token =>
            token is MessageToken.Hole { Format: ['x' or 'X' or 'd' or 'D', ..] } hole
                && hole.Name == argument.Name))).Select(argument => argument.Index),
        .. Computed(rule).OfType<Term>().SelectMany(term => term.Parts).OfType<Term.Argument>().Select(argument => argument.Index)];

    private static IEnumerable<Term?> Computed(Rule rule) =>
        rule.Captures.SelectMany(capture => new[] { capture.Value, capture.Length }).Append(rule.When);

    private static IEnumerable<Term> Terms(Rule rule)
    {
        var terms = Computed(rule).ToList();
        if (rule.On != ProbeTrigger.Return)
        {
            terms.AddRange(rule.Arguments.SelectMany(argument => new[] { new Term.Argument(argument.Index), argument.Length }));
        }

        if (NeedsReturn(rule) && !rule.ReturnsNothing)
        {
            terms.AddRange([new Term.Result(rule.ReturnRegister), rule.ReturnLength]);
        }

        return terms.OfType<Term>();
    }
}

/// <summary>One value that an event shows.</summary>
/// <param name="Name">As the rule names it; <c>ret</c> for the return value.</param>
/// <param name="Type">How it is shown; the length of bytes is that of the plan.</param>
/// <param name="FieldIndex">Into <see cref="CapturePlan.FieldsOf"/>.</param>
/// <param name="IsReturnValue">Not under <c>args</c>.</param>
public sealed record CapturedValue(string Name, CaptureType Type, int FieldIndex, bool IsReturnValue)
{
    /// <summary>Not what the rule captures, but what its message wants to know of the hit: one of <see cref="ContextField"/>.</summary>
    public bool IsOfEvent { get; init; }
}
