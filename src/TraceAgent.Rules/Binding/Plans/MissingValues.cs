using TraceAgent.Capture.Abi;
using TraceAgent.Capture.Formatting;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Values;
using TraceAgent.Rules.Binding.Captures;
using TraceAgent.Rules.Binding.Scopes;
using TraceAgent.Rules.Terms;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Binding.Plans;

/// <summary>Finds what a rule names and places of one kind do not have.</summary>
internal static class MissingValues
{
    /// <summary>The rule names an argument or the return value, and the place has none.</summary>
    private const string Code = "TA240";

    /// <summary>The rule names <c>errno</c>, and the place has none.</summary>
    private const string ErrnoCode = "TA247";

    /// <summary>The rule reads a variable of the program where it is not known where the file lies.</summary>
    private const string GlobalCode = "TA248";

    private const string NotAtCaller = "where the file lies is not known at the caller: use 'on: call', or leave 'return_at: caller' out";

    /// <summary>The missing values, each at its place in the rule file; empty when a plan can be made.</summary>
    public static IEnumerable<Diagnostic> Of(Rule rule, RuleTerms rules, PlaceScope place)
    {
        var terms = Terms(rule.On, rules).SelectMany(term => term.Parts).ToHashSet();
        var arguments = terms.OfType<Term.Argument>().Select(argument => argument.Index).Order()
            .Where(index => place.Argument(index).Read is null)
            .GroupBy(index => place.Argument(index).WhyMissing);
        foreach (var same in arguments)
        {
            yield return Missing(
                PlaceOf(rule, same.First()), $"{Arguments([.. same])}{(same.Key is { } reason ? $" ({reason})" : "")}");
        }

        foreach (var index in AsIntegers(rules).Where(index => place.Argument(index) is { Read: not null, Type: CaptureType.Float }))
        {
            yield return Missing(PlaceOf(rule, index), $"argument {index + 1} as an integer (it is a floating point number)");
        }

        foreach (var index in AsIntegers(rules).Where(index => place.Argument(index).Type is CaptureType.Bytes && !IsAddress(rules, index)))
        {
            yield return Missing(
                PlaceOf(rule, index),
                $"argument {index + 1} as an integer (it has 16 bytes: bytes(16), ipv6 or 'uint64[2]' shows them)");
        }

        if (terms.OfType<Term.Result>().Where(result => place.Result(result.Part).Read is null).MinBy(result => result.Part) is { } result)
        {
            yield return Missing(
                rule.Syntax.ReturnSource?.At ?? rule.Where.At,
                result.Part == 0 ? "the return value" : $"word {result.Part + 1} of the return value");
        }

        if (terms.OfType<Term.Errno>().Any() && WhyNoErrno(rule, place.Abi) is { } whyNone)
        {
            yield return Diagnostic.Error(ErrnoCode, rule.Syntax.ErrnoPlace ?? rule.Where.At, "errno cannot be had", whyNone);
        }

        if (rule.On is ProbeTrigger.Return or ProbeTrigger.Both && !KnowsLoadAddressOnReturn(rule, place.Abi)
            && terms.OfType<Term.Global>().Any(global => global.Read.Uses(SpecialValue.LoadAddress)))
        {
            yield return Diagnostic.Error(
                GlobalCode, rule.Where.At, "variables that are not of one call cannot be had", NotAtCaller);
        }

        if (CapturePlan.Pairs(rule.On, place.Abi.LeavesByJumps) && !place.Abi.PairsCalls)
        {
            yield return Missing(rule.Where.At, "the goroutine, by which a return is known to belong to a call,");
        }
    }

    /// <summary>The values that debug information has no place for, unless the rule marks them.</summary>
    public static IEnumerable<Diagnostic> Unmarked(Rule rule, RuleTerms terms) => rule.Syntax.Missing == MissingRule.Mark
        ? []
        : terms.Captures.Where(capture => capture.WhyMissing != Outcome.Ok && capture.Path is not [.., StructureValues.More])
            .Select(capture => Missing(rule.Where.At, $"'{capture.Name}' ({OutcomeText.Of(capture.WhyMissing)})"));

    /// <summary>The reason why errno cannot be read at these sites; null when it can be.</summary>
    private static string? WhyNoErrno(Rule rule, SiteAbi abi) => abi.Errno switch
    {
        { Read: { } read } when read.Uses(SpecialValue.LoadAddress) && !KnowsLoadAddressOnReturn(rule, abi) =>
            NotAtCaller,
        { Read: not null } => null,
        { WhyMissing: { } reason } => reason,
        _ => "nothing is known of it there",
    };

    /// <summary>
    /// True when a return tells where the file lies: by its own address, unless that is the caller's, or by what its entry has kept.
    /// </summary>
    private static bool KnowsLoadAddressOnReturn(Rule rule, SiteAbi abi) =>
        abi.ReturnsAtInstructions || CapturePlan.Pairs(rule.On, abi.LeavesByJumps);

    private static Diagnostic Missing(SourceSpan at, string what) =>
        Diagnostic.Error(Code, at, $"{what} cannot be had");

    /// <summary>The place where the rule names the argument that is passed in this register.</summary>
    private static SourceSpan PlaceOf(Rule rule, int register) =>
        rule.Syntax.Arguments.LastOrDefault(argument => argument.Register <= register)?.Written.At ?? rule.Where.At;

    private static string Arguments(int[] indexes) => indexes is [var only]
        ? $"argument {only + 1}"
        : $"arguments {string.Join(", ", indexes[..^1].Select(index => index + 1))} and {indexes[^1] + 1}";

    /// <summary>The arguments that the rule gives a type, shows in a format of integers, or computes with.</summary>
    private static SortedSet<int> AsIntegers(RuleTerms terms) =>
    [
        .. terms.Arguments.Where(argument => !argument.IsUntyped || IsShownAsInteger(terms, argument.Name))
            .Select(argument => argument.Index),
        .. Computed(terms).OfType<Term>().SelectMany(term => term.Parts).OfType<Term.Argument>().Select(argument => argument.Index),
    ];

    /// <summary>True when the rule takes the argument for the address of something.</summary>
    private static bool IsAddress(RuleTerms terms, int index) =>
        terms.Arguments.Any(argument => argument is { IsUntyped: false, Type.LiesAtAddress: true } && argument.Index == index);

    private static bool IsShownAsInteger(RuleTerms terms, string name) => terms.Messages.SelectMany(message => message.Template.Tokens)
        .Any(token => token is MessageToken.Hole { Format: ['x' or 'X' or 'd' or 'D', ..] } hole && hole.Name == name);

    private static IEnumerable<Term?> Computed(RuleTerms terms) =>
        terms.Captures.SelectMany(capture => new[] { capture.Value, capture.Length }).Append(terms.When);

    private static IEnumerable<Term> Terms(ProbeTrigger on, RuleTerms rule)
    {
        var terms = Computed(rule).ToList();
        if (on != ProbeTrigger.Return)
        {
            terms.AddRange(rule.Arguments.SelectMany(argument => new[] { new Term.Argument(argument.Index), argument.Length }));
        }

        if (on != ProbeTrigger.Entry)
        {
            terms.AddRange(rule.Returned.SelectMany(returned => new[] { returned.Value, returned.Length }));
        }

        return terms.OfType<Term>();
    }
}
