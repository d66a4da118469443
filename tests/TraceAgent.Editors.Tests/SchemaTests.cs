using System.Text.Json.Nodes;
using TraceAgent.EndToEnd;

namespace TraceAgent.Editors.Tests;

/// <summary>ajv, by the schemas, and <c>traceagent check</c> judge files alike; where a schema can judge.</summary>
public class SchemaTests
{
    private const string RuleCases = "tests/TraceAgent.Rules.Tests/Cases";
    private const string AgentCases = "tests/TraceAgent.Editors.Tests/Cases";

    [Fact]
    public void Every_example_is_accepted()
    {
        var agents = ConfigurationFiles.Examples.ToLookup(
            path => ConfigurationFiles.SchemaOf(path)?.EndsWith("agent.schema.json", StringComparison.Ordinal));

        Accepted("rules", [.. agents[false]]);
        Accepted("agent", ["packaging/agent.yaml", .. agents[true]]);
    }

    [Fact]
    public void Rules_that_the_check_accepts_are_accepted()
    {
        var files = ConfigurationFiles.Below($"{RuleCases}/valid");

        Assert.All(files, file => Assert.Empty(ErrorsOfCheck(file)));
        Accepted("rules", files);
    }

    [Fact]
    public void Rules_that_the_check_refuses_are_refused()
    {
        var files = ConfigurationFiles.Below($"{RuleCases}/invalid");

        Assert.All(files, file => Assert.NotEmpty(ErrorsOfCheck(file)));
        Refused("rules", files);
    }

    [Fact]
    public void What_only_the_check_can_judge_it_refuses() =>
        Assert.All(ConfigurationFiles.Below($"{RuleCases}/invalid-beyond-schema"), file => Assert.NotEmpty(ErrorsOfCheck(file)));

    [Fact]
    public void Configurations_that_the_check_accepts_are_accepted()
    {
        var files = ConfigurationFiles.Below($"{AgentCases}/valid");

        Assert.All(files, file => Assert.Empty(ErrorsOfCheck(file, "--config")));
        Accepted("agent", files);
    }

    [Fact]
    public void Configurations_that_the_check_refuses_are_refused()
    {
        var files = ConfigurationFiles.Below($"{AgentCases}/invalid");

        Assert.All(files, file => Assert.NotEmpty(ErrorsOfCheck(file, "--config")));
        Refused("agent", files);
    }

    private static void Accepted(string schema, IReadOnlyList<string> files) =>
        Assert.All(Judge(schema, files), judged => Assert.True(judged.Errors.Count == 0, $"{judged.File}: {judged.Errors.ToJsonString()}"));

    private static void Refused(string schema, IReadOnlyList<string> files) =>
        Assert.All(Judge(schema, files), judged => Assert.True(judged.Errors.Count > 0, $"{judged.File} is accepted"));

    private static List<(string File, JsonArray Errors)> Judge(string schema, IReadOnlyList<string> files)
    {
        Assert.NotEmpty(files);
        string[] paths = [$"schemas/{schema}.schema.json", .. files];
        var lines = Command.OutputOf("node", [NodeFolder.Path("judge.mjs"), .. paths.Select(path => Path.Combine(Repository.Root, path))]);
        var judged = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!).Select(line => ((string)line["file"]!, line["errors"]!.AsArray())).ToList();
        Assert.Equal(files.Count, judged.Count);
        return judged;
    }

    /// <summary>Errors in what a file says: codes of TA2 are about this machine's programs and users.</summary>
    private static IReadOnlyList<string> ErrorsOfCheck(string file, params string[] options)
    {
        var output = Command.Run(Repository.Agent, ["check", "--format", "json", .. options, Path.Combine(Repository.Root, file)]).Output;
        return [.. JsonNode.Parse(output)!.AsArray()
            .Where(one => (string)one!["severity"]! == "error" && !((string)one["code"]!).StartsWith("TA2", StringComparison.Ordinal))
            .Select(one => one!.ToJsonString())];
    }
}
