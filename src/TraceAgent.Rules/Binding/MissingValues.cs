using TraceAgent.Capture;
using TraceAgent.Rules.Terms;

namespace TraceAgent.Rules.Binding;

/// <summary>Finds what a rule names and places of one kind do not have.</summary>
internal static class MissingValues
{
    /// <summary>The missing values in words; empty when a plan can be made.</summary>
    public static IReadOnlyList<string> Of(Rule rule, RuleTerms rules, SiteAbi abi)
    {
        var place = new PlaceScope(abi);
        var terms = Terms(rule.On, rules).SelectMany(term => term.Parts).ToHashSet();
        var missing = terms.OfType<Term.Argument>().Select(argument => argument.Index).Order()
            .Where(index => place.Argument(index).Read is null)
            .GroupBy(index => place.Argument(index).WhyMissing)
            .Select(same => $"{Arguments([.. same])}{(same.Key is { } reason ? $" ({reason})" : "")}").ToList();
        missing.AddRange(AsIntegers(rules)
            .Where(index => place.Argument(index) is { Read: not null, Type: CaptureType.Float })
            .Select(index => $"argument {index + 1} as an integer (it is a floating point number)"));
        if (terms.OfType<Term.Result>().Where(result => place.Result(result.Part).Read is null).MinBy(result => result.Part) is { } result)
        {
            missing.Add(result.Part == 0 ? "the return value" : $"word {result.Part + 1} of the return value");
        }

        if (CapturePlan.Pairs(rule.On, abi.LeavesByJumps) && !abi.PairsCalls)
        {
            missing.Add("the goroutine, by which a return is known to belong to a call,");
        }

        return missing;
    }

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

        if (on != ProbeTrigger.Entry && !rule.ReturnsNothing)
        {
            terms.AddRange([new Term.Result(rule.ReturnRegister), rule.ReturnLength]);
        }

        return terms.OfType<Term>();
    }
}
