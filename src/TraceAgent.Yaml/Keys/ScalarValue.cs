using System.Globalization;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Yaml.Keys;

/// <summary>Reads the scalars that several keys share.</summary>
public static class ScalarValue
{
    /// <summary>Reads text without control characters; null, with a diagnostic, for anything else.</summary>
    /// <param name="entry">The key and the value.</param>
    /// <param name="bag">Receives the diagnostics.</param>
    /// <param name="severalLines">True to allow line ends and tabs.</param>
    public static YamlScalar? Text(YamlEntry entry, DiagnosticBag bag, bool severalLines = false)
    {
        var key = Quoted.Clip(entry.Key.Value);
        if (entry.Value is not YamlScalar scalar)
        {
            bag.Error(
                DiagnosticCode.WrongType,
                entry.Value.At,
                $"'{key}' must be text, not {entry.Value.Kind}",
                entry.Value is YamlMapping ? "text that begins with '{' needs quotes" : null);
            return null;
        }

        for (var i = 0; i < scalar.Value.Length; i++)
        {
            var c = scalar.Value[i];
            if (char.IsHighSurrogate(c) && i + 1 < scalar.Value.Length && char.IsLowSurrogate(scalar.Value[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(c) || (char.IsControl(c) && !(severalLines && c is ('\t' or '\n' or '\r'))))
            {
                bag.Error(DiagnosticCode.InvalidValue, scalar.SpanOf(i, 1), $"'{key}' must not hold the character U+{(int)c:X4}");
                return null;
            }
        }

        return scalar;
    }

    /// <summary>
    /// Reads a whole number in digits from <paramref name="min"/> to <paramref name="max"/>; null, with a diagnostic, for
    /// anything else.
    /// </summary>
    public static int? Integer(YamlEntry entry, int min, int max, DiagnosticBag bag)
    {
        if (entry.Value is not YamlScalar scalar)
        {
            bag.Error(DiagnosticCode.WrongType,
                entry.Value.At, $"'{entry.Key.Value}' must be a number from {min} to {max}, not {entry.Value.Kind}");
            return null;
        }

        var isNumber = int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        if (isNumber && scalar.IsPlain && value >= min && value <= max)
        {
            return value;
        }

        bag.Error(
            isNumber && !scalar.IsPlain ? DiagnosticCode.WrongType : DiagnosticCode.InvalidValue,
            scalar.At,
            $"'{entry.Key.Value}' must be a number from {min} to {max}",
            isNumber && !scalar.IsPlain ? "remove the quotes" : null);
        return null;
    }

    /// <summary>Reads true or false, without quotes; null, with a diagnostic, for anything else.</summary>
    public static bool? Boolean(YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is YamlScalar { IsPlain: true, Value: "true" or "false" } scalar)
        {
            return scalar.Value == "true";
        }

        bag.Error(
            DiagnosticCode.WrongType,
            entry.Value.At,
            $"'{entry.Key.Value}' must be true or false, not " +
                $"{(entry.Value is YamlScalar text ? $"'{Quoted.Clip(text.Value)}'" : entry.Value.Kind)}",
            entry.Value is YamlScalar { IsPlain: false, Value: "true" or "false" } ? "remove the quotes" : null);
        return null;
    }

    /// <summary>Reads one of the words; null, with a diagnostic, for anything else.</summary>
    public static T? OneOf<T>(YamlEntry entry, IReadOnlyDictionary<string, T> words, DiagnosticBag bag)
        where T : struct
    {
        if (Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        if (words.TryGetValue(scalar.Value, out var value))
        {
            return value;
        }

        bag.Error(
            DiagnosticCode.InvalidValue,
            scalar.At,
            $"'{entry.Key.Value}' must be one of {Quoted.List(words.Keys)}, not '{Quoted.Clip(scalar.Value)}'",
            Suggestion.DidYouMean(scalar.Value, words.Keys));
        return null;
    }

    /// <summary>Parses a 64-bit number, <c>0x…</c> or decimal.</summary>
    public static bool TryUnsigned(ReadOnlySpan<char> text, out ulong value) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
