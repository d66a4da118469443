using TraceAgent.Events.Outputs;
using TraceAgent.Rules.Keys.Places;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Configuration;

/// <summary>The keys of an entry of <c>outputs:</c> and of what is below.</summary>
internal static class OutputKeys
{
    private const int MaxFiles = 100_000;
    private static JsonSchema FormatSchema => JsonSchema.Enum("clef", "clef-template", "ecs", "text");

    private static readonly Dictionary<string, OutputFormat> Formats = new()
    {
        ["clef"] = OutputFormat.Clef,
        ["clef-template"] = OutputFormat.ClefTemplate,
        ["ecs"] = OutputFormat.Ecs,
        ["text"] = OutputFormat.Text,
    };

    private static readonly Dictionary<string, RollInterval> Intervals = new()
    {
        ["day"] = RollInterval.Day,
        ["hour"] = RollInterval.Hour,
        ["infinite"] = RollInterval.Infinite,
    };

    public static KeyTable<OutputDraft> Table { get; } = new(
        new Key<OutputDraft>("file", "Lines are appended to a file.", JsonSchema.Definition("file"), ReadFile),
        new Key<OutputDraft>("console", "Lines go to standard output.", JsonSchema.Definition("console"), ReadConsole),
        new Key<OutputDraft>(
            "otlp", "Events go to a receiver of OpenTelemetry's logs.", JsonSchema.Definition("otlp"), OtlpKeys.Read),
        new Key<OutputDraft>(
            "name",
            "The name that rules use: a rule with this output sends its events nowhere else.",
            PlaceValue.NameSchema,
            (draft, entry, bag) => draft.Name = PlaceValue.Name(entry, "an output", bag)?.Value))
    {
        ExactlyOneOf = ["file", "console", "otlp"],
    };

    public static KeyTable<OutputDraft> File { get; } = new(
        new Key<OutputDraft>(
            "path",
            "The file. With roll, date and number are put before its extension: events-.json becomes events-20261122.json.",
            JsonSchema.String,
            (draft, entry, bag) => draft.Path = PathValue.Read(entry, draft.Agent, bag))
        {
            Required = true,
        },
        new Key<OutputDraft>("roll", "When a new file begins.", JsonSchema.Definition("roll"), ReadRoll),
        new Key<OutputDraft>(
            "keep",
            "How many rolled files stay, the current one included. All, unless it is set.",
            JsonSchema.Integer.Minimum(1).Maximum(MaxFiles),
            (draft, entry, bag) => draft.Keep = ScalarValue.Integer(entry, 1, MaxFiles, bag)),
        FormatKey());

    public static KeyTable<OutputDraft> Console { get; } = new(FormatKey());

    public static KeyTable<OutputDraft> Roll { get; } = new(
        new Key<OutputDraft>(
            "size",
            "Bytes after which a new file begins, such as 100MB.",
            JsonSchema.String.Pattern(SizeValue.Pattern),
            (draft, entry, bag) => draft.Size = SizeValue.Read(entry, bag)),
        new Key<OutputDraft>(
            "every",
            "A new file begins every day (the default), every hour, or only by size.",
            JsonSchema.Enum("day", "hour", "infinite"),
            (draft, entry, bag) => draft.Every = ScalarValue.OneOf(entry, Intervals, bag)));

    private static Key<OutputDraft> FormatKey() => new(
        "format",
        "clef: one JSON object a line (the default); clef-template: the same with template and properties; ecs: JSON with the names of " +
            "the Elastic Common Schema; text: for people.",
        FormatSchema,
        (draft, entry, bag) => draft.Format = ScalarValue.OneOf(entry, Formats, bag));

    private static void ReadFile(OutputDraft draft, YamlEntry entry, DiagnosticBag bag)
    {
        var present = File.Read("a file output", entry.Value, draft, bag);
        if (present.TryGetValue("keep", out var keep) && !present.ContainsKey("roll"))
        {
            bag.Error(DiagnosticCode.KeyConflict, keep.Key.At, "'keep' needs 'roll'", "a file that does not roll is only one");
        }

        if (draft.Path is { } path)
        {
            var roll = draft.Rolls ? new RollPolicy(draft.Size, draft.Every ?? RollInterval.Day, draft.Keep) : null;
            draft.Output = new OutputConfiguration.File(path, roll, draft.Format ?? OutputFormat.Clef);
        }
    }

    private static void ReadRoll(OutputDraft draft, YamlEntry entry, DiagnosticBag bag)
    {
        var present = Roll.Read("'roll'", entry.Value, draft, bag);
        draft.Rolls = true;
        if (draft.Every == RollInterval.Infinite && !present.ContainsKey("size"))
        {
            bag.Error(DiagnosticCode.KeyConflict,
                present["every"].Key.At, "a file that never rolls needs no 'roll'", "add 'size', or leave 'roll' out");
        }
    }

    private static void ReadConsole(OutputDraft draft, YamlEntry entry, DiagnosticBag bag)
    {
        Console.Read("a console output", entry.Value, draft, bag);
        draft.Output = new OutputConfiguration.Console(draft.Format ?? OutputFormat.Clef);
    }
}
