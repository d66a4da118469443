using TraceAgent.Rules.Tokens;
using TraceAgent.Rules.Types;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;
using TraceAgent.Yaml.Keys;

namespace TraceAgent.Rules.Keys.Captures;

/// <summary>Reads a type: a text, or <c>{enum: {0: GET}}</c>.</summary>
internal static class TypeValue
{
    /// <summary>Reads a type; null when it is none, which is reported.</summary>
    public static (TypeSpec Spec, YamlScalar? Source)? Read(YamlEntry entry, DiagnosticBag bag)
    {
        if (entry.Value is YamlMapping { Entries: [{ Key.Value: "enum", Value: YamlMapping names }] })
        {
            return Enumeration(names, bag) is { } spec ? (spec, null) : null;
        }

        if (ScalarValue.Text(entry, bag) is not { } scalar)
        {
            return null;
        }

        return TypeText.Read(scalar.Value, problem => bag.Error(scalar, problem)) is { } type ? (type, scalar) : null;
    }

    private static TypeSpec? Enumeration(YamlMapping names, DiagnosticBag bag)
    {
        var pairs = new List<(string, string)>();
        foreach (var name in names.Entries)
        {
            if (ScalarValue.Text(name, bag) is not { } text)
            {
                return null;
            }

            pairs.Add((name.Key.Value, text.Value));
        }

        if (EnumNames.Of(pairs, out var problem) is { } type)
        {
            return TypeSpec.Of(type);
        }

        bag.Error(DiagnosticCode.InvalidValue, names.At, problem, "write them as {0: GET, 1: POST}");
        return null;
    }
}
