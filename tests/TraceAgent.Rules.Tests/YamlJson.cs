using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Tests;

/// <summary>A YAML file as JSON, as an editor hands it to a JSON Schema validator (YAML 1.2 core schema).</summary>
internal static partial class YamlJson
{
    public static JsonNode? Of(string yaml)
    {
        var bag = new DiagnosticBag();
        var root = YamlTreeReader.Read(new SourceText("x", yaml), yaml, bag);
        Assert.Equal(0, bag.ErrorCount);
        return root is null ? null : Convert(root);
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlSequence list => new JsonArray([.. list.Items.Select(Convert)]),
        YamlMapping mapping =>
            new JsonObject(mapping.Entries.DistinctBy(e => e.Key.Value).Select(e => KeyValuePair.Create(e.Key.Value, Convert(e.Value)))),
        YamlScalar scalar => Convert(scalar),
        _ => throw new InvalidOperationException(),
    };

    private static JsonNode? Convert(YamlScalar scalar) => scalar switch
    {
        { IsNull: true } => null,
        { IsPlain: false } => scalar.Value,
        { Value: "true" or "True" or "TRUE" } => true,
        { Value: "false" or "False" or "FALSE" } => false,
        _ when Decimal().IsMatch(scalar.Value) => long.Parse(scalar.Value, CultureInfo.InvariantCulture),
        _ when Hexadecimal().IsMatch(scalar.Value) => System.Convert.ToInt64(scalar.Value, 16),
        _ => scalar.Value,
    };

    [GeneratedRegex("^[-+]?[0-9]{1,18}$")]
    private static partial Regex Decimal();

    [GeneratedRegex("^0x[0-9a-fA-F]{1,15}$")]
    private static partial Regex Hexadecimal();
}
