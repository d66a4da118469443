using System.Globalization;
using System.Text.RegularExpressions;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Lines;

/// <summary>Reads how often a rule may log and how long it is active: <c>sample</c>, <c>limit</c>, <c>ttl</c>, <c>budget</c>.</summary>
internal static partial class LimitValues
{
    public static JsonSchema SampleSchema => JsonSchema.String.Pattern(@"^1\s*/\s*[1-9][0-9]{0,6}$").Examples("1/100");
    public static JsonSchema LimitSchema => JsonSchema.String.Pattern(@"^(none|[1-9][0-9]{0,6}\s*/\s*s)$")
        .Examples("100/s", "none");
    public static JsonSchema TtlSchema => JsonSchema.String.Pattern(@"^(none|[1-9][0-9]{0,8}\s*[smhd])$").Examples("24h", "30m");
    public static JsonSchema BudgetSchema => JsonSchema.String.Pattern(@"^(none|[0-9]+(\.[0-9]+)?\s*%)$").Examples("2%", "none");

    public static JsonSchema IntervalSchema => JsonSchema.String.Pattern(@"^[1-9][0-9]{0,4}\s*[smh]$")
        .Default("10s")
        .Examples("10s", "1m");

    private const int MaxPerSecond = 1_000_000;
    private const string None = "none";

    private static readonly Dictionary<string, TimeSpan> Units = new()
    {
        ["s"] = TimeSpan.FromSeconds(1),
        ["m"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["d"] = TimeSpan.FromDays(1),
    };

    public static void ReadSample(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (Match(entry, SampleForm(), bag, "1/n", $"such as 1/100 for one in a hundred; n at most {MaxPerSecond}") is not { } match)
        {
            return;
        }

        rule.SampleEvery = Number(entry, match, bag) ?? 1;
    }

    /// <summary>
    /// Reads a limit in events per second, <see cref="Rule.NoLimit"/> for none; null, with a diagnostic, when it is no limit.
    /// </summary>
    public static int? Limit(YamlEntry entry, DiagnosticBag bag)
    {
        if (IsNone(entry))
        {
            return Rule.NoLimit;
        }

        return Match(entry, LimitForm(), bag, "n/s or none", $"such as 100/s; at most {MaxPerSecond}/s") is { } match
            ? Number(entry, match, bag)
            : null;
    }

    /// <summary>Reads a length of time, <see cref="Rule.NoTtl"/> for ever; null, with a diagnostic, when it is none.</summary>
    public static TimeSpan? Ttl(YamlEntry entry, DiagnosticBag bag)
    {
        if (IsNone(entry))
        {
            return Rule.NoTtl;
        }

        return Time(entry, new TimeForm("a length of time or none", "such as 24h, 30m, 10s or 7d", TimeSpan.FromDays(3650), "3650d"), bag);
    }

    /// <summary>Reads an interval from a second to a day; null, with a diagnostic, when it is not that.</summary>
    public static TimeSpan? Interval(YamlEntry entry, DiagnosticBag bag) =>
        Time(entry, new TimeForm("a length of time", "such as 10s, 1m or 1h", TimeSpan.FromDays(1), "24h"), bag);

    private static TimeSpan? Time(YamlEntry entry, TimeForm form, DiagnosticBag bag)
    {
        if (Match(entry, TtlForm(), bag, form.What, form.Hint) is not { } match)
        {
            return null;
        }

        var time = Units[match.Groups[2].Value] * int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        if (time <= form.Max && time > TimeSpan.Zero)
        {
            return time;
        }

        bag.Error(DiagnosticCode.InvalidValue, entry.Value.At, $"'{entry.Key.Value}' must be from 1s to {form.MaxText}");
        return null;
    }

    /// <summary>
    /// Reads a budget in percent of one CPU, <see cref="Rule.NoBudget"/> for none; null, with a diagnostic, when it is no budget.
    /// </summary>
    public static double? Budget(YamlEntry entry, DiagnosticBag bag)
    {
        if (IsNone(entry))
        {
            return Rule.NoBudget;
        }

        if (Match(entry, BudgetForm(), bag, "a percentage of one CPU or none", "such as 2% or 0.5%") is not { } match)
        {
            return null;
        }

        var percent = double.Parse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        if (percent is > 0 and <= 10_000)
        {
            return percent;
        }

        bag.Error(
            DiagnosticCode.InvalidValue,
            entry.Value.At, $"'{entry.Key.Value}' must be above 0% and at most 10000%", "100% is one whole CPU; 'none' lifts it");
        return null;
    }

    private static int? Number(YamlEntry entry, Match match, DiagnosticBag bag)
    {
        if (int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= MaxPerSecond)
        {
            return number;
        }

        bag.Error(DiagnosticCode.InvalidValue, entry.Value.At, $"the number in '{entry.Key.Value}' must be from 1 to {MaxPerSecond}");
        return null;
    }

    private static bool IsNone(YamlEntry entry) => entry.Value is YamlScalar { Value: None };

    private static Match? Match(YamlEntry entry, Regex form, DiagnosticBag bag, string what, string hint)
    {
        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        if (form.Match(scalar.Value) is { Success: true } match)
        {
            return match;
        }

        bag.Error(DiagnosticCode.InvalidValue, scalar.At, $"'{entry.Key.Value}' must be {what}, not '{Quoted.Clip(scalar.Value)}'", hint);
        return null;
    }

    [GeneratedRegex(@"^1\s*/\s*([0-9]{1,7})\z")]
    private static partial Regex SampleForm();

    [GeneratedRegex(@"^([0-9]{1,7})\s*/\s*s\z")]
    private static partial Regex LimitForm();

    [GeneratedRegex(@"^([0-9]{1,9})\s*([smhd])\z")]
    private static partial Regex TtlForm();

    [GeneratedRegex(@"^([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*%\z")]
    private static partial Regex BudgetForm();

    /// <summary>The form of a length of time: its noun in messages, an example, and the longest one as value and as text.</summary>
    private sealed record TimeForm(string What, string Hint, TimeSpan Max, string MaxText);
}
