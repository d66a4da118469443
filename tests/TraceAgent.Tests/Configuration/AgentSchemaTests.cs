using System.Text;
using System.Text.RegularExpressions;
using NJsonSchema;
using TraceAgent.Configuration;
using TraceAgent.Rules.Tests;

namespace TraceAgent.Tests.Configuration;

public partial class AgentSchemaTests
{
    private static string SchemaFile => SourceTree.PathOf("schemas/agent.schema.json");

    /// <summary>With UPDATE_SCHEMA=1, writes it instead.</summary>
    [Fact]
    public void The_schema_file_is_what_the_key_tables_say()
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(SchemaFile, Generate());
            return;
        }

        Assert.Equal(File.ReadAllText(SchemaFile), Generate());
    }

    [Theory]
    [InlineData("rules: a\noutputs: [{file: {path: a-.json, roll: {size: 1MB, every: hour}, keep: 2, format: text}}, {console: {}}]")]
    [InlineData("defaults: {budget: 5%, total_budget: none, limit: 100/s, ttl: 24h}")]
    [InlineData("socket: none")]
    [InlineData("metrics: {listen: '[::1]:9435', textfile: /var/lib/a.prom}")]
    [InlineData("binaries: {allow: [/srv/**], deny: ['/usr/lib/**/libcrypto.so*']}")]
    [InlineData("debug_info: {folders: [/srv/debug, debug]}")]
    [InlineData("debug_info: {server: 'https://debug.example', cache: /srv/cache}")]
    [InlineData("wait_for_pages: none")]
    [InlineData("wait_for_pages: [daemon, 1000]")]
    public async Task The_schema_and_the_reader_accept_the_same(string text)
    {
        Assert.Empty(Read(text).Diagnostics);
        Assert.Empty(await ProblemsIn(text));
    }

    [Theory]
    [InlineData("rule: a")]
    [InlineData("outputs: []")]
    [InlineData("outputs: [{file: {}}]")]
    [InlineData("defaults: {budgets: 5%}")]
    [InlineData("defaults: {budget: 5}")]
    [InlineData("defaults: {limit: 100/m}")]
    [InlineData("metrics: {listen: 0.0.0.0:9435}")]
    [InlineData("metrics: {listen: 127.0.0.1}")]
    [InlineData("metrics: {textfile: a.txt}")]
    [InlineData("metrics: {}")]
    [InlineData("binaries: {}")]
    [InlineData("binaries: {allow: []}")]
    [InlineData("binaries: {deny: ['']}")]
    [InlineData("binaries: {deny: /usr/sbin/sshd}")]
    [InlineData("debug_info: {}")]
    [InlineData("debug_info: {server: debug.example}")]
    [InlineData("debug_info: {folders: []}")]
    [InlineData("debug_info: {folders: /srv/debug}")]
    [InlineData("wait_for_pages: most")]
    [InlineData("wait_for_pages: []")]
    [InlineData("wait_for_pages: [[daemon]]")]
    [InlineData("wait_for_pages: {users: [daemon]}")]
    public async Task The_schema_and_the_reader_refuse_the_same(string text)
    {
        Assert.NotEmpty(Read(text).Diagnostics);
        Assert.NotEmpty(await ProblemsIn(text));
    }

    [Theory]
    [InlineData("docs/agent-configuration.md")]
    [InlineData("docs/status.md")]
    public async Task Configurations_in_the_documents_are_accepted(string document)
    {
        var texts = Yaml().Matches(File.ReadAllText(SourceTree.PathOf(document))).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(texts);
        foreach (var text in texts)
        {
            Assert.Empty(Read(text).Diagnostics);
            Assert.Empty(await ProblemsIn(text));
        }
    }

    [Fact]
    public void The_document_explains_every_key_and_no_other()
    {
        var known = new[]
        {
            AgentKeys.Table.Keys.Select(key => key.Name),
            OutputKeys.Table.Keys.Select(key => key.Name),
            OutputKeys.File.Keys.Select(key => key.Name),
            OutputKeys.Roll.Keys.Select(key => key.Name),
            OtlpKeys.Table.Keys.Select(key => key.Name),
            DefaultKeys.Table.Keys.Select(key => key.Name),
            BinaryKeys.Table.Keys.Select(key => key.Name),
            DebugInfoKeys.Table.Keys.Select(key => key.Name),
            MetricsKeys.Table.Keys.Select(key => key.Name),
        };
        var explained = Row().Matches(File.ReadAllText(SourceTree.PathOf("docs/agent-configuration.md")))
            .Select(match => match.Groups[1].Value.Split(": ")[^1]);

        Assert.Equal(known.SelectMany(names => names).Distinct().Order(), explained.Order());
    }

    private static AgentConfigurationFile Read(string text) =>
        AgentConfigurationReader.Read("agent.yaml", "/etc/traceagent", Encoding.UTF8.GetBytes(text), _ => null);

    private static async Task<ICollection<NJsonSchema.Validation.ValidationError>> ProblemsIn(string text) =>
        (await JsonSchema.FromJsonAsync(Generate())).Validate(YamlJson.Of(text)!.ToJsonString());

    private static string Generate()
    {
        using var stream = new MemoryStream();
        AgentSchema.Write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [GeneratedRegex(@"^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"^\| `([a-z_: ]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
