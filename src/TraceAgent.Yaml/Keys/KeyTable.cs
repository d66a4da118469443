using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml.Keys;

/// <summary>The keys of one kind of mapping: the reader and the JSON Schema both come from it.</summary>
/// <typeparam name="TDraft">The type of the draft that gathers the values.</typeparam>
public sealed class KeyTable<TDraft>(params Key<TDraft>[] keys)
{
    private readonly Dictionary<string, Key<TDraft>> _byName = keys.ToDictionary(k => k.Name);

    public IReadOnlyList<Key<TDraft>> Keys => keys;

    /// <summary>Keys of which exactly one must be there.</summary>
    public IReadOnlyList<string> ExactlyOneOf { get; init; } = [];

    /// <summary>Keys of which at least one must be there.</summary>
    public IReadOnlyList<string> AtLeastOneOf { get; init; } = [];

    /// <summary>True when keys that begin with <c>x-</c> may hold anything: what anchors name for other places.</summary>
    public bool TakesExtensions { get; init; }

    /// <summary>
    /// Further demands of the JSON Schema, on several keys together; the reader's checks of these are made by whoever has them
    /// all.
    /// </summary>
    public IReadOnlyList<JsonSchema> Demands { get; init; } = [];

    /// <summary>
    /// Reads a mapping's values into the draft. Reports keys that are unknown, repeated, empty, missing or in conflict.
    /// </summary>
    /// <returns>The known keys that are there, readable or not.</returns>
    public IReadOnlyDictionary<string, YamlEntry> Read(string what, YamlNode node, TDraft draft, DiagnosticBag bag)
    {
        var present = new Dictionary<string, YamlEntry>();
        if (node is not YamlMapping mapping)
        {
            bag.Error(DiagnosticCode.WrongType, node.At, $"{what} must be a mapping (key: value), not {node.Kind}");
            return present;
        }

        var meant = new HashSet<string>();
        foreach (var entry in mapping.Entries)
        {
            if (bag.IsFull)
            {
                return present;
            }

            var name = entry.Key.Value;
            if (TakesExtensions && name.StartsWith("x-", StringComparison.Ordinal))
            {
                continue;
            }

            if (!_byName.TryGetValue(name, out var key))
            {
                var truth = BooleanKey.Suggest(name, _byName.Keys);
                var near = truth ?? Suggestion.Nearest(name, _byName.Keys);
                var hint = (truth, near) switch
                {
                    (not null, _) => BooleanKey.Hint(truth),
                    (_, null) => $"known here: {Quoted.List(_byName.Keys)}",
                    _ => $"did you mean '{near}'?",
                };
                bag.Error(DiagnosticCode.UnknownKey, entry.Key.At, $"unknown key '{Quoted.Clip(name)}'", hint);
                meant.Add(near ?? "");
            }
            else if (present.TryGetValue(name, out var first))
            {
                bag.Error(DiagnosticCode.DuplicateKey, entry.Key.At, $"'{name}' is already set in line {first.Key.At.Line}");
            }
            else
            {
                present.Add(name, entry);
                if (entry.Value.IsNull)
                {
                    bag.Error(DiagnosticCode.MissingKey, entry.Key.At, $"'{name}' has no value");
                }
                else
                {
                    key.Read(draft, entry, bag);
                }
            }
        }

        RequireKeys(what, mapping, [.. present.Keys, .. meant], bag);
        return present;
    }

    /// <param name="what">The noun for the mapping, for messages.</param>
    /// <param name="mapping">The mapping to point to.</param>
    /// <param name="meant">The keys that are there, and those that misspelt ones were meant to be: one error is enough.</param>
    /// <param name="bag">Receives the diagnostics.</param>
    private void RequireKeys(string what, YamlMapping mapping, HashSet<string> meant, DiagnosticBag bag)
    {
        foreach (var key in keys)
        {
            if (key.Required && !meant.Contains(key.Name))
            {
                bag.Error(DiagnosticCode.MissingKey, mapping.At, $"{what} needs the key '{key.Name}'");
            }
        }

        if (AtLeastOneOf.Count > 0 && !meant.Overlaps(AtLeastOneOf))
        {
            bag.Error(DiagnosticCode.MissingKey, mapping.At, $"{what} needs one of the keys {Quoted.List(AtLeastOneOf)}");
        }

        if (ExactlyOneOf.Count == 0)
        {
            return;
        }

        var chosen = mapping.Entries.Where(e => ExactlyOneOf.Contains(e.Key.Value)).DistinctBy(e => e.Key.Value).ToList();
        if (!meant.Overlaps(ExactlyOneOf))
        {
            bag.Error(DiagnosticCode.MissingKey, mapping.At, $"{what} needs one of the keys {Quoted.List(ExactlyOneOf)}");
        }

        foreach (var other in chosen.Skip(1))
        {
            bag.Error(
                DiagnosticCode.KeyConflict,
                other.Key.At,
                $"'{other.Key.Value}' and '{chosen[0].Key.Value}' exclude each other",
                $"keep exactly one of {Quoted.List(ExactlyOneOf)}");
        }
    }
}
