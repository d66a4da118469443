namespace TraceAgent.EndToEnd;

/// <summary>What is secret is in no byte of the output.</summary>
public sealed class RedactionTests : IDisposable
{
    private static readonly string[] Visible =
        ["visible-user", "visible-key", "visible-card", "visible-plain", "visible-login", "visible-name"];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(AttachMethod.Multi, "clef")]
    [InlineData(AttachMethod.Perf, "clef")]
    [InlineData(AttachMethod.Multi, "text")]
    public void Secrets_are_in_no_byte_of_the_output(AttachMethod method, string format)
    {
        var program = TracedProgram.Compile("secrets");
        var rules = _workspace.Write("rules.yaml", RuleText.File(
            RuleText.Rule(
                "login",
                program,
                "Login",
                "args: [user: string, password: string, pin: long, login: ptr]",
                "on: call",
                "ret: long",
                "capture: {who: '*(char**)login', signing: '*(char**)(login + 8)', twice: pin * 2}",
                "redact: [pi*, TWICE, ret, signing]",
                "format: '{user} {password} {pin} {pin:x} {twice} {who} {signing} {ret}'"),
            RuleText.Rule(
                "request",
                program, "Request", "args: [header: string(48), buffer: bytes(length), length: long]", "on: call", "ret: string(48)")));
        var file = _workspace["events.json"];
        var configuration = _workspace.Write("agent.yaml", $"outputs: [{{file: {{path: {file}, format: {format}}}}}]\n");
        using var agent = AgentProcess.Start(new AgentStart(method, rules) { Output = "", Options = ["--config", configuration] });

        Command.OutputOf(program);

        agent.Stop();
        var output = File.ReadAllText(file) + string.Join('\n', agent.Messages) + string.Join('\n', agent.Lines);
        Assert.DoesNotContain("sesame", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexString("sesame"u8), output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("4111 1111", output, StringComparison.Ordinal);
        for (var pin = 73313370; pin < 73313377; pin++)
        {
            Assert.DoesNotContain($"{pin}", output, StringComparison.Ordinal);
            Assert.DoesNotContain($"{pin:x}", output, StringComparison.Ordinal);
            Assert.DoesNotContain($"{2L * pin}", output, StringComparison.Ordinal);
        }

        Assert.All(Visible, text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.Contains("***", output, StringComparison.Ordinal);
    }
}
