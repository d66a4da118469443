namespace TraceAgent.EndToEnd;

/// <summary>What passes a condition in the kernel is what passes it in C, and what does not is counted.</summary>
public sealed class ConditionTests : IDisposable
{
    private const string Arguments = "args: [number: long, path: string, box: ptr, width: unsigned short, call: int]";
    private const string Code = "*(int32*)box";

    // By the names that choices.c gives them.
    private static readonly (string Name, string Condition)[] Conditions =
    [
        ("less", "number < 0"),
        ("unsigned", "(uint64)number > 1000"),
        ("width", "width == 65535"),
        ("between", "number >= 10 && number < 20"),
        ("bits", "(number & 5) == 4 && number % 3 != 0"),
        ("equal", "path == '/api/users'"),
        ("unequal", "path != '/api/users'"),
        ("empty", "path == ''"),
        ("prefix", "path ~ '/api/*'"),
        ("suffix", "path ~ '*.html'"),
        ("middle", "path ~ '/api/*.html'"),
        ("within", "path ~ '*a-path*'"),
        ("outermost", "path ~ '/*i/*'"),
        ("beyond", "path ~ '/a*e*s'"),
        ("caseless", "path ~* '*.HTML'"),
        ("alike", "path ~* '/API/Users'"),
        ("hidden", "path ~* '*USER*'"),
        ("anything", "path ~ '*'"),
        ("guarded", $"box != 0 && {Code} == 500"),
        ("either", "number == 1 || box != 0 && *(uint8*)(box + 4) > 100"),
        // What stands after the side that decides is not read: where it cannot be, the condition would not pass.
        ("absent", $"box == 0 || {Code} == 500"),
        ("decided", "number == 1 || *(uint8*)(box + 4) > 100"),
        ("shifted", "(number << 2 ^ 5 | 1) > 40"),
        ("halved", "number >> 1 <= 6 && -number + 2 * 3 >= ~width"),
        ("neither", "!(number == 1 || number == 2) && width < 100"),
        ("label", "*(char**)(box + 8) == 'gold'"),
        ("letter", "path[0] == '/'"),
        ("comm", "comm == 'worker'"),
        ("family", "comm ~ 'choi*'"),
        ("thread", "comm ~ '*oi*'"),
        ("pid", "pid > 0 && pid == tid && uid == 0"),
        ("nobody", "uid != 0 || comm == 'nobody'"),
    ];

    private static readonly (string Name, string Condition)[] ConditionsOfCalls =
    [
        ("result", "ret > 100 && path ~ '/api/*'"),
        // Without the width it would depend on how busy the machine is.
        ("slow", "duration >= 3ms && path ~ '/api/*' && width == 777"),
        ("hasty", "path ~ '/*' && width == 777 && duration < 3000us"),
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void What_is_logged_is_what_passes_the_condition_in_C(AttachMethod method)
    {
        var program = TracedProgram.Compile("choices");
        string[] rules =
        [
            .. Conditions.Select(one => Rule(program, one.Name, "entry", one.Condition)),
            .. Conditions.Select(one => Rule(program, $"{one.Name}.call", "call", one.Condition)),
            .. ConditionsOfCalls.Select(one => Rule(program, $"{one.Name}.call", "call", one.Condition)),
            RuleText.Rule(
                "captured", program, "Choose", Arguments, $"capture: {{code: '{Code}'}}", "when: box != 0 && code + number > 500"),
        ];
        using var agent = AgentProcess.Start(method, _workspace.Write("rules.yaml", RuleText.File(rules)), "--ring-size", "33554432");

        var printed = Command.OutputOf(program).TrimEnd().Split('\n').Select(line => line.Split(' ')).ToList();

        agent.Stop();
        foreach (var (name, _) in Conditions)
        {
            AssertLogged(agent, printed, name, name);
            AssertLogged(agent, printed, $"{name}.call", name);
        }

        foreach (var (name, _) in ConditionsOfCalls)
        {
            AssertLogged(agent, printed, $"{name}.call", name);
        }

        AssertLogged(agent, printed, "captured", "captured");
    }

    private static void AssertLogged(AgentProcess agent, List<string[]> printed, string rule, string condition)
    {
        var passing = printed.Where(line => line.Skip(1).Contains(condition)).Select(line => line[0]).ToList();
        var logged = agent.Events(rule).OrderBy(line => line.Arg("call")).Select(line => $"{line.Arg("call")}").ToList();
        Assert.True(
            passing.SequenceEqual(logged),
            $"{rule}: missing {string.Join(' ', passing.Except(logged))}; too many " +
                $"{string.Join(' ', logged.Except(passing))}\n{agent.Dump()}");
        Assert.Equal(
            new Totals(printed.Count, passing.Count, 0) { Filtered = printed.Count - passing.Count },
            agent.Totals(rule));
    }

    private static string Rule(string program, string name, string on, string condition) =>
        RuleText.Rule(name, program, "Choose", Arguments, $"on: {on}", $"when: \"{condition}\"");
}
