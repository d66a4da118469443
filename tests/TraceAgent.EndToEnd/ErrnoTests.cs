namespace TraceAgent.EndToEnd;

/// <summary>The thread's errno on return is the one that the program finds after the call, in every thread and C library.</summary>
public sealed class ErrnoTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory, BothWays]
    public void Each_thread_has_the_errno_that_it_finds_after_the_call(AttachMethod method)
    {
        var library = _workspace.Install(Command.OutputOf("gcc", "-print-file-name=libc.so.6").Trim(), "libc.so.6");
        var program = TracedProgram.Compile("errno", "-O2", "-pthread", $"-Wl,-rpath,{Path.GetDirectoryName(library)}");

        AssertLogged(method, library, program);
    }

    [Theory]
    [InlineData("-static")]
    [InlineData("-static-pie")]
    public void A_static_program_has_its_errno_in_itself(string linked)
    {
        var program = TracedProgram.Compile("errno", "-O2", "-pthread", linked);

        AssertLogged(AttachMethod.Multi, program, program);
    }

    [Fact]
    public void It_is_the_same_where_returns_are_seen_at_the_caller()
    {
        var library = _workspace.Install(Command.OutputOf("gcc", "-print-file-name=libc.so.6").Trim(), "libc.so.6");
        var program = TracedProgram.Compile("errno", "-O2", "-pthread", $"-Wl,-rpath,{Path.GetDirectoryName(library)}");

        AssertLogged(AttachMethod.Multi, library, program, "return_at: caller", "unsafe: true", "on: call");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-static")]
    public void It_is_read_of_musl_as_well(string linked)
    {
        var library = _workspace.Install("/lib/ld-musl-x86_64.so.1", "libc.so");
        string[] options = linked.Length > 0 ? [linked] : [$"-Wl,-dynamic-linker,{library}"];
        var program = TracedProgram.Compile("errno", ["musl-gcc", "-O2", "-pthread", .. options]);

        AssertLogged(AttachMethod.Multi, linked.Length > 0 ? program : library, program);
    }

    [Fact]
    public void A_file_that_is_no_C_library_has_none()
    {
        var program = TracedProgram.Compile("errno", "-O2", "-pthread");
        var rules = _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "main", program, "main", "on: call", "format: \"{ret} {errno}\"")));

        var check = Command.Run(Repository.Agent, "check", rules);

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("error TA247: errno cannot be had at main in", check.Errors, StringComparison.Ordinal);
        Assert.Contains("this file has no __errno_location", check.Errors, StringComparison.Ordinal);
    }

    private void AssertLogged(AttachMethod method, string library, string program, params string[] ofClose)
    {
        string[] ofProgram = ["target: {process: errno}"];
        string[] returned = ofClose.Length > 0 ? ofClose : ["on: return"];
        var rules = RuleText.File(
            RuleText.Rule("open", library, "open", [
                "args: [path: string]", "on: call", "ret: int", "format: \"{path} {ret} {errno}\"", .. ofProgram]),
            RuleText.Rule("close", library, "close", ["ret: int", "format: \"{ret} {errno}\"", .. returned, .. ofProgram]),
            RuleText.Rule("unlink", library, "unlink", [
                "args: [path: string]", "on: call", "ret: int", "when: ret < 0 && errno == ENOENT", "capture: {doubled: errno * 2}",
                .. ofProgram]));

        PrintedLines.AssertLogged(method, _workspace, program, rules, ["open", "close", "unlink"]);
    }
}
