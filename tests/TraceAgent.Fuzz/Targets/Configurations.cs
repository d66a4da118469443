using System.Text;
using TraceAgent.Configuration;
using TraceAgent.Rules.Tests;

namespace TraceAgent.Fuzz.Targets;

/// <summary>The agent's own configuration.</summary>
internal sealed class Configurations : FuzzTarget
{
    private static readonly byte[][] Seeds =
    [
        """
        rules: rules
        outputs:
          - file: {path: "${LOGS}/events-.json", roll: {size: 100MB, every: hour}, keep: 7, format: clef-template}
          - file: {path: "${NONE:-/var/log}/all.txt", format: text}
          - console: {format: text}

        """u8.ToArray(),
        """
        # all of it
        rules: /etc/traceagent/rules.d
        outputs:
        - console:
            format: clef
        - file:
            path: /var/log/traceagent/events-.json
            roll:
              size: 64KiB
              every: day
            keep: 31

        """u8.ToArray(),
    ];

    private static readonly string[] Words =
    [
        "rules: ", "outputs: ", "file: ", "console: ", "path: ", "roll: ",
        "size: ", "every: ", "keep: ", "format: ", "clef", "text", "clef-template", "day", "hour", "${", "}", "${A}", "${A:-b}", "$",
        "${:-}", "${A:-${B}}",
        "100MB", "1", "99999999999999999999GB", "-1", "KiB", "/", "..", "[", "]", "{", "- ", "\n", "\n  ", "~", "'", "\"", "\0", "é",
    ];

    public override byte[] Make(Random random) => random.Next(10) == 0
        ? Encoding.UTF8.GetBytes(Mutation.Words(random, Words, 30))
        : Mutation.Of(random, random.Pick(Seeds), Words);

    public override void Check(byte[] input)
    {
        var file = AgentConfigurationReader.Read("agent.yaml", "/etc/traceagent", input, name => name == "LOGS" ? "/logs" : null);
        DiagnosticPlaces.AssertInside(file.Diagnostics, file.Source);
        Assert.Equal(file.Value is null, file.Diagnostics.Any(d => d.Severity == TraceAgent.Yaml.Diagnostics.Severity.Error));
    }
}
