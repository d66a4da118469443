using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>Reads <c>args</c>: the number of arguments, or their names and types in order.</summary>
internal static class ArgumentsValue
{
    public const int MaxArguments = 12;

    private const string Argument = "argument";

    /// <summary>The word that has debug information say the arguments.</summary>
    private const string Automatic = "auto";

    private static readonly KeyTable<ArgumentDraft> Table = new(
        new Key<ArgumentDraft>(
            "type",
            "The type of the argument.",
            TypeText.Schema,
            (argument, entry, bag) => argument.Type = TypeValue.Read(entry, bag))
        { Required = true },
        AtValue.Key<ArgumentDraft>((argument, at) => argument.AtReturn = at));

    /// <summary>JSON Schema (draft-07) of a list of names and types.</summary>
    public static JsonSchema ListSchema => ListOf(TypeText.Schema);

    public static JsonSchema Schema => JsonSchema.AnyOf(
        JsonSchema.Integer.Minimum(1).Maximum(MaxArguments),
        JsonSchema.Enum(Automatic),
        ListOf(JsonSchema.AnyOf(TypeText.Schema, Table.Schema())));

    private static JsonSchema ListOf(JsonSchema type)
    {
        var named = JsonSchema.Object.MinProperties(1).MaxProperties(1).PatternProperties(ValueName.Pattern, type).NoOtherProperties();
        return JsonSchema.Array.MinItems(1).MaxItems(MaxArguments)
            .Items(JsonSchema.AnyOf(JsonSchema.String.Pattern(ValueName.Pattern), named));
    }

    public static void Read(RuleDraft rule, YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is not YamlSequence list)
        {
            if (entry.Value is YamlMapping)
            {
                bag.Error(DiagnosticCode.WrongType,
                    entry.Value.At, $"'{entry.Key.Value}' must be a number or a list, not a mapping", "write [name: type, name: type]");
                return;
            }

            if (entry.Value is YamlScalar { Value: Automatic })
            {
                (rule.Arguments, rule.HasAutomaticArguments) = ([], true);
                return;
            }

            rule.Arguments = ScalarValue.Integer(entry, 1, MaxArguments, bag) is { } count
                ? [.. WrittenArgument.Numbered(count, entry.Value.At)]
                : null;
            return;
        }

        rule.Arguments = ReadList("args", Argument, list, bag);
    }

    /// <summary>Names and types in order; null when there are too many or none, which is reported.</summary>
    /// <param name="key">The key of the list.</param>
    /// <param name="noun">The noun for an item.</param>
    /// <param name="list">The items.</param>
    /// <param name="bag">Receives the diagnostics.</param>
    public static List<WrittenArgument>? ReadList(string key, string noun, YamlSequence list, DiagnosticBag bag)
    {
        if (list.Items.Count is 0 or > MaxArguments)
        {
            bag.Error(
                DiagnosticCode.InvalidValue, list.At, $"'{key}' must list 1 to {MaxArguments} {noun}s, not {list.Items.Count}");
            return null;
        }

        var items = new ItemReader(noun, bag);
        return [.. list.Items.Select(items.Read).OfType<WrittenArgument>()];
    }

    /// <summary>Reads the items of a list in their order.</summary>
    private sealed class ItemReader(string noun, DiagnosticBag bag)
    {
        private readonly HashSet<string> _used = [];

        /// <summary>The first register, or place on the stack, of the next item.</summary>
        private int _register;

        /// <summary>The argument; null for one that is skipped, and for one that is wrong, which is reported.</summary>
        public WrittenArgument? Read(YamlNode item, int index)
        {
            var first = _register++;
            if (item is YamlScalar { IsNull: false } name)
            {
                return Named(name, new WrittenArgument(index, first, new(name.Value, name.At), TypeSpec.Default, null));
            }

            if (item is not YamlMapping { Entries: [var entry] })
            {
                bag.Error(
                    DiagnosticCode.WrongType,
                    item.At,
                    $"{(noun[0] == 'a' ? "an" : "a")} {noun} is written 'name: type', 'name' or '_'",
                    item is YamlMapping { Entries.Count: > 1 } ? $"begin each {noun} with '- ' or put [ ] around all of them" : null);
                return null;
            }

            var key = entry.Key;
            if (entry.Value.IsNull)
            {
                bag.Error(
                    DiagnosticCode.MissingKey, key.At, $"'{Quoted.Clip(key.Value)}' has no type",
                    "such as int, unsigned long, string or ptr");
                return null;
            }

            var draft = new ArgumentDraft();
            if (noun == Argument && entry.Value is YamlMapping { Entries: not [{ Key.Value: "enum" }] } mapping)
            {
                Table.Read($"'{Quoted.Clip(key.Value)}'", mapping, draft, bag);
            }
            else
            {
                draft.Type = TypeValue.Read(entry, bag);
            }

            var spec = draft.Type?.Spec ?? TypeSpec.Default;
            _register = first + spec.Registers;
            return Named(key, new WrittenArgument(index, first, new(key.Value, key.At), spec, draft.Type?.Source)
            {
                AtReturn = draft.AtReturn,
            });
        }

        private WrittenArgument? Named(YamlScalar name, WrittenArgument argument) =>
            name.Value != WrittenArgument.Skip && ValueName.Take(name.Value, name.At, _used, bag) ? argument : null;
    }

    /// <summary>The draft of <c>{type: …, at: return}</c>.</summary>
    private sealed class ArgumentDraft
    {
        public (TypeSpec Spec, YamlScalar? Source)? Type { get; set; }

        public SourceSpan? AtReturn { get; set; }
    }
}
