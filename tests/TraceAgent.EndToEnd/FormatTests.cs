namespace TraceAgent.EndToEnd;

/// <summary>For every call, the message is the one that the program itself printed with printf.</summary>
public sealed class FormatTests : IDisposable
{
    private static readonly (string Name, string Format)[] Formats =
    [
        ("hexadecimal", "{n:x} {n:X16} {s:x4} {s:X} {place:x}"),
        ("decimal", "{n:d} {n:D6} {n:n0}"),
        ("durations", "{taken:s} s {taken:ms} ms {taken:us} us {taken:ns} ns"),
        ("widths", "[{s,8}] [{@s,-8}] [{text,10}] [{$text,-10}] [{s,6:x}] {{{n}}}"),
        ("reals", "{real:f2} {real:e3} [{real,10:f1}] {half:g}"),
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Messages_are_those_that_the_program_printed(AttachMethod method)
    {
        var program = TracedProgram.Compile("formats");
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File([.. Formats.Select(one => RuleText.Rule(
            one.Name, program, "Show",
            "args: [n: long, s: short, taken: duration, text: string, place: ptr, at: ptr]",
            "capture: {real: '*(double*)at', half: '*(float*)(at + 8)'}",
            $"format: '{one.Name} {one.Format}'"))])));

        var printed = Command.OutputOf(program).TrimEnd('\n').Split('\n');

        agent.Stop();
        foreach (var (name, _) in Formats)
        {
            var expected = printed.Where(line => line.StartsWith($"{name} ", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, agent.Events(name).Select(line => line.Message));
        }
    }
}
