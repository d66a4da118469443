using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Keys.Places;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Lines;

/// <summary>The keys that rules of every kind have.</summary>
internal static class LineKeys
{
    private static readonly Dictionary<string, EventLevel> Levels =
        Enum.GetValues<EventLevel>().ToDictionary(l => l.ToString(), StringComparer.OrdinalIgnoreCase);

    public static Key<TDraft> Name<TDraft>()
        where TDraft : LineDraft => new(
            "name",
            "The rule's name in every line that it logs. Unique over all files; small letters, digits and . _ -",
            JsonSchema.String.Pattern("^[a-z0-9][a-z0-9._-]*$").Examples("add-num"),
            (rule, entry, bag) => rule.Name = PlaceValue.Name(entry, "a rule", bag))
        { Required = true };

    public static Key<TDraft> Ttl<TDraft>()
        where TDraft : LineDraft => new(
            "ttl",
            "How long the rule lives: 24h, 30m, 10s, 7d; none without this key.",
            LimitValues.TtlSchema,
            (rule, entry, bag) => rule.Ttl = LimitValues.Ttl(entry, bag));

    public static Key<TDraft> Output<TDraft>()
        where TDraft : LineDraft => new(
            "output",
            "The name of the one output that takes the lines; all outputs without this key.",
            PlaceValue.NameSchema,
            (rule, entry, bag) => rule.Output = PlaceValue.Name(entry, "an output", bag));

    public static Key<TDraft> Level<TDraft>()
        where TDraft : LineDraft => new(
            "level",
            "The severity of the lines; Information without this key. Case does not matter.",
            JsonSchema
                .AnyOf(JsonSchema.Enum(Levels.Keys), JsonSchema.String.Pattern(string.Join('|', Levels.Keys.Select(AnyCase))))
                .Default("Information"),
            (rule, entry, bag) => rule.Level = ScalarValue.OneOf(entry, Levels, bag) ?? rule.Level);

    public static Key<TDraft> Labels<TDraft>()
        where TDraft : LineDraft => new(
            "labels",
            "Constant properties of every line, such as a team or a ticket.",
            JsonSchema.Object.PatternProperties("^[A-Za-z_][A-Za-z0-9_-]*$", JsonSchema.AnyScalar).NoOtherProperties(),
            LabelValue.ReadLabels);

    /// <summary>A pattern for a word in any case: draft-07 has no flags.</summary>
    private static string AnyCase(string word) =>
        $"^{string.Concat(word.Select(c => $"[{char.ToUpperInvariant(c)}{char.ToLowerInvariant(c)}]"))}$";
}
