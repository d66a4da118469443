using System.Text.Json.Nodes;

namespace TraceAgent.EndToEnd;

/// <summary>What a traced program prints itself: for each call, the values as a line about it should show them.</summary>
internal static class PrintedLines
{
    private static readonly string[] Compared = ["args", "ret", "errno", "lengths", "problems"];

    /// <summary>Runs the program under the rules; every rule must have been needed, and every line be the program's own.</summary>
    public static void AssertLogged(AttachMethod method, Workspace workspace, string program, string rules, IEnumerable<string> names)
    {
        using var agent = AgentProcess.Start(method, workspace.Write("rules.yaml", rules), "--ring-size", "16777216");

        var printed = Command.OutputOf(program).TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!.ToJsonString()).ToList();

        agent.Stop();
        var lines = agent.Lines.Where(line => line.Event != "agent").Select(Shown).ToList();
        Assert.All(names, name => Assert.Contains(printed, line => line.StartsWith($"{{\"rule\":\"{name}\"", StringComparison.Ordinal)));
        var different = printed.Zip(lines).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First}\n{pair.Second}").ToList();
        Assert.True(different.Count == 0 && printed.Count == lines.Count, $"{different.Count} of {printed.Count} and {lines.Count} lines " +
            $"differ; the program's and ours:\n{string.Join('\n', different.Take(10))}\n{agent.Dump()}");
    }

    private static string Shown(EventLine line)
    {
        var whole = JsonNode.Parse(line.Text)!.AsObject();
        var shown = new JsonObject { ["rule"] = line.Rule };
        foreach (var key in Compared.Where(whole.ContainsKey))
        {
            shown[key] = whole[key]?.DeepClone();
        }

        return shown.ToJsonString();
    }
}
