using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceAgent.Yaml.Keys;

/// <summary>A schema in JSON Schema (draft-07), built keyword by keyword, in the order of the calls.</summary>
/// <param name="Json">The object as text.</param>
public readonly record struct JsonSchema(string Json)
{
    /// <summary>A schema without keywords, which everything fits.</summary>
    public static JsonSchema Empty { get; } = new("{}");

    public static JsonSchema String { get; } = Type("string");

    public static JsonSchema Integer { get; } = Type("integer");

    public static JsonSchema Boolean { get; } = Type("boolean");

    public static JsonSchema Array { get; } = Type("array");

    public static JsonSchema Object { get; } = Type("object");

    /// <summary>The schema of everything that YAML may read a word as.</summary>
    public static JsonSchema AnyScalar { get; } = Empty.With("type", List(["string", "number", "boolean"]));

    public static JsonSchema IsTrue { get; } = Empty.With("enum", "[true]");

    /// <summary>The schema of a text or an integer: YAML reads <c>7</c> as a number, whatever it is for.</summary>
    public static JsonSchema Scalar { get; } = Empty.With("type", List(["string", "integer"]));

    public static JsonSchema Enum(params IEnumerable<string> words) => Empty.With("enum", List(words));

    public static JsonSchema Definition(string name) => Empty.With("$ref", Quote($"#/definitions/{name}"));

    public static JsonSchema AnyOf(params IEnumerable<JsonSchema> schemas) => Empty.With("anyOf", List(schemas));

    public static JsonSchema OneOf(params IEnumerable<JsonSchema> schemas) => Empty.With("oneOf", List(schemas));

    public JsonSchema Pattern(string regex) => With("pattern", Quote(regex));

    public JsonSchema MinLength(int characters) => With("minLength", characters);

    public JsonSchema MaxLength(int characters) => With("maxLength", characters);

    public JsonSchema Minimum(long number) => With("minimum", number);

    public JsonSchema Maximum(long number) => With("maximum", number);

    public JsonSchema Items(JsonSchema item) => With("items", item.Json);

    public JsonSchema MinItems(int number) => With("minItems", number);

    public JsonSchema MaxItems(int number) => With("maxItems", number);

    public JsonSchema Required(params IEnumerable<string> names) => With("required", List(names));

    public JsonSchema MinProperties(int number) => With("minProperties", number);

    public JsonSchema MaxProperties(int number) => With("maxProperties", number);

    public JsonSchema Properties(params IEnumerable<(string Name, JsonSchema Schema)> properties) =>
        With("properties", Mapping(properties));

    public JsonSchema Definitions(params IEnumerable<(string Name, JsonSchema Schema)> definitions) =>
        With("definitions", Mapping(definitions));

    public JsonSchema PatternProperties(string regex, JsonSchema schema) => With("patternProperties", $"{{{Quote(regex)}:{schema.Json}}}");

    public JsonSchema PropertyNames(JsonSchema schema) => With("propertyNames", schema.Json);

    public JsonSchema AdditionalProperties(JsonSchema schema) => With("additionalProperties", schema.Json);

    public JsonSchema NoOtherProperties() => With("additionalProperties", "false");

    public JsonSchema Not(JsonSchema schema) => With("not", schema.Json);

    public JsonSchema AllOf(params IEnumerable<JsonSchema> schemas) => With("allOf", List(schemas));

    public JsonSchema Default(string text) => With("default", Quote(text));

    public JsonSchema Default(long number) => With("default", number);

    public JsonSchema Default(bool value) => With("default", value ? "true" : "false");

    public JsonSchema Examples(params IEnumerable<string> texts) => With("examples", List(texts));

    public JsonSchema Examples(params IEnumerable<long> numbers) =>
        With("examples", $"[{string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}]");

    /// <summary>Adds one example, which is a list.</summary>
    public JsonSchema ExampleOfList(params IEnumerable<string> texts) => With("examples", $"[{List(texts)}]");

    public JsonSchema Description(string text) => With("description", Quote(text));

    public JsonSchema Title(string text) => With("title", Quote(text));

    /// <summary>Joins the keywords of both.</summary>
    public JsonSchema And(JsonSchema other) => other == Empty ? this : new($"{Open}{other.Json.AsSpan(1)}");

    /// <param name="keyword">Any keyword.</param>
    /// <param name="json">The value of the keyword, as JSON.</param>
    public JsonSchema With(string keyword, string json) => new($"{Open}{Quote(keyword)}:{json}}}");

    /// <summary>Quotes a text as JSON.</summary>
    internal static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static JsonSchema Type(string name) => Empty.With("type", Quote(name));

    private static string List(IEnumerable<string> texts) => $"[{string.Join(',', texts.Select(Quote))}]";

    private static string List(IEnumerable<JsonSchema> schemas) => $"[{string.Join(',', schemas.Select(one => one.Json))}]";

    private static string Mapping(IEnumerable<(string Name, JsonSchema Schema)> schemas) =>
        $"{{{string.Join(',', schemas.Select(one => $"{Quote(one.Name)}:{one.Schema.Json}"))}}}";

    private JsonSchema With(string keyword, long number) => With(keyword, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The text without the closing brace, ready for one more keyword.</summary>
    private string Open => Json.Length > 2 ? $"{Json.AsSpan(0, Json.Length - 1)}," : "{";
}
