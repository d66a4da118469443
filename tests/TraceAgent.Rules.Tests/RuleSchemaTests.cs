using System.Text;
using System.Text.Json.Nodes;
using NJsonSchema;
using TraceAgent.Rules.Files;

namespace TraceAgent.Rules.Tests;

public class RuleSchemaTests
{
    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromJsonAsync(Generate()));

    public static TheoryData<string> Accepted => CaseFiles.In("valid");

    public static TheoryData<string> Rejected => CaseFiles.In("invalid");

    /// <summary>With UPDATE_SCHEMA=1, writes it instead.</summary>
    [Fact]
    public void The_schema_file_is_what_the_key_tables_say()
    {
        var generated = Generate();
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(Path.Combine(CaseFiles.SourceFolder, "../../schemas/rules.schema.json"), generated);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "rules.schema.json")), generated);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task The_schema_accepts_what_the_reader_accepts(string name) =>
        Assert.Empty(await ProblemsIn(JsonOf(name)));

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task The_schema_rejects_each_wrong_rule(string name)
    {
        var json = JsonOf(name);
        Assert.NotEmpty(await ProblemsIn(json));
        foreach (var list in (string[])["rules", "packets"])
        {
            foreach (var rule in (json as JsonObject)?[list] as JsonArray ?? [])
            {
                Assert.NotEmpty(await ProblemsIn(new JsonObject { [list] = new JsonArray(rule?.DeepClone()) }));
            }
        }
    }

    [Theory]
    [InlineData("rule")]
    [InlineData("packets")]
    public void Every_key_is_explained_to_the_editor(string kind)
    {
        using var schema = System.Text.Json.JsonDocument.Parse(Generate());
        var properties = schema.RootElement.GetProperty("definitions").GetProperty(kind).GetProperty("properties");
        foreach (var key in properties.EnumerateObject())
        {
            Assert.NotEmpty(key.Value.GetProperty("description").GetString()!);
        }
    }

    private static string Generate()
    {
        using var stream = new MemoryStream();
        RuleSchema.Write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonNode JsonOf(string name) => YamlJson.Of(File.ReadAllText(CaseFiles.PathOf(name)))!;

    private static async Task<IReadOnlyCollection<object>> ProblemsIn(JsonNode json)
    {
        var schema = await Schema.Value;
        return [.. schema.Validate(json.ToJsonString())];
    }
}
