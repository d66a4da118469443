namespace TraceAgent.EndToEnd;

/// <summary>What is read <c>at: return</c> is what the program finds when the function has returned.</summary>
public sealed class LateValueTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(AttachMethod.Multi, "-O2")]
    [InlineData(AttachMethod.Perf, "-O2")]
    [InlineData(AttachMethod.Multi, "-O0")]
    public void What_functions_leave_after_their_arguments_is_what_the_program_finds_there(AttachMethod method, string optimised)
    {
        var library = _workspace.Install(Command.OutputOf("gcc", "-print-file-name=libc.so.6").Trim(), "libc.so.6");
        var program = TracedProgram.Compile("late", "-g", optimised, $"-Wl,-rpath,{Path.GetDirectoryName(library)}");
        (string Name, string Binary, string Symbol, string[] Lines)[] rules =
        [
            ("fill", program, "Fill", [
                "args: [out: {type: string, at: return}, from: string, count: ptr]",
                "capture:",
                "  n: {value: '*(int*)count', at: return}",
                "  was: '*(int*)count'",
                "  counted: {value: out, type: string(n)}"]),
            ("chosen", program, "Chosen", ["args: [out: {type: string, at: return}, from: string]", "when: out ~ 'a*r' && from != ''"]),
            ("ninth", program, "Ninth", [
                "args: [_, _, _, _, _, _, _, _, box: ptr]",
                "capture:",
                "  text: {value: '*(char**)box', at: return}",
                "  number: {value: '*(int*)(box + 8)', at: return}",
                "  was: '*(int*)(box + 8)'"]),
            ("named", program, "Named", [
                "args: auto",
                "capture:",
                "  text: {value: box->text, at: return}",
                "  before: box->text",
                "  number: {value: box->number, at: return}",
                "  was: box->number"]),
            ("twice", program, "Twice", ["args: [out: ptr]", .. Twice("out")]),
            ("take", program, "Take", ["args: [page: ptr]", .. Twice("page")]),
            ("give", program, "Give", ["args: [page: ptr]", .. Twice("page")]),
            ("getcwd", library, "getcwd", ["args: [buffer: {type: string, at: return}, size: size_t]", "ret: string"]),
            ("accept4", library, "accept4", [
                "args: [fd: int, address: {type: sockaddr, at: return}, place: ptr]",
                "capture: {size: {value: '*(int*)place', at: return}}",
                "ret: int"]),
            ("getaddrinfo", library, "getaddrinfo", [
                "args: [node: string, service: string, _, res: ptr]",
                "ret: int",
                "capture: {first: {value: '*(ptr*)(*(ptr*)res + 24)', type: sockaddr, at: return}}"]),
        ];
        var text = RuleText.File([.. rules.Select(rule => RuleText.Rule(
            rule.Name, rule.Binary, rule.Symbol, [.. rule.Lines, "on: call", $"target: {{process: {Path.GetFileName(program)}}}"]))]);

        PrintedLines.AssertLogged(method, _workspace, program, text, rules.Select(rule => rule.Name));
    }

    private static string[] Twice(string name) =>
        ["capture:", $"  before: {{value: {name}, type: string}}", $"  after: {{value: {name}, type: string, at: return}}"];
}
