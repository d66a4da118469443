namespace TraceAgent.EndToEnd;

/// <summary>Variables that are not of one call have the values that the program prints, in every process and thread.</summary>
public sealed class StaticTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(AttachMethod.Multi, "-O2 -gdwarf-5")]
    [InlineData(AttachMethod.Perf, "-O0 -gdwarf-4")]
    [InlineData(AttachMethod.Multi, "-O1 -no-pie -g")]
    [InlineData(AttachMethod.Multi, "-O2 -static -g")]
    [InlineData(AttachMethod.Multi, "-O2 -static-pie -g")]
    [InlineData(AttachMethod.Multi, "clang -O0 -gdwarf-5")]
    [InlineData(AttachMethod.Multi, "musl-gcc -O2 -g")]
    public void Variables_of_a_program_have_the_values_that_it_prints(AttachMethod method, string options)
    {
        var program = Program(options.Split(' '));

        PrintedLines.AssertLogged(method, _workspace, program, RuleText.File(WorkRules(program)), ["work", "after"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-DMODEL=__attribute__((tls_model(\"initial-exec\")))")]
    [InlineData("-ftls-model=local-dynamic")]
    public void Variables_of_a_library_are_those_that_its_code_uses(string model)
    {
        var library = Library(model);
        var program = Program(
            "-O1", "-no-pie", "-DWITH_LIBRARY", "-Wl,--no-as-needed", library, $"-Wl,-rpath,{Path.GetDirectoryName(library)}");

        AssertLibrary(program, library);
    }

    [Fact]
    public void Those_of_threads_are_found_in_a_library_that_was_opened_late()
    {
        var library = Library("");
        var program = Program("-O2", "-g", $"-DOPENED=\"{library}\"");

        AssertLibrary(program, library, "exported: 1 * exported");
    }

    [Fact]
    public void A_library_whose_code_asks_a_function_where_its_variables_are_is_refused_with_the_reason()
    {
        var library = Library("-mtls-dialect=gnu2");

        var check = Check(LibraryRule(library, "exported: exported"));

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("'shared_depth' has no value", check.Errors, StringComparison.Ordinal);
        Assert.Contains("TLS descriptors", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_several_other_files_have_is_an_error_with_the_candidates()
    {
        var program = Program("-O1", "-g");

        var check = Check(RuleText.Rule("same", program, "work", "args: auto", "when: same > 1"));

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("'same' has no value", check.Errors, StringComparison.Ordinal);
        Assert.Matches("several variables have that name.*statics-a.c:3, .*statics-b.c:1", check.Errors);
    }

    [Fact]
    public void A_name_of_no_variable_is_an_error_with_the_nearest()
    {
        var program = Program("-O1", "-g");

        var check = Check(RuleText.Rule("typo", program, "raise_limit", "args: auto", "when: bye > 1"));

        Assert.Equal(1, check.ExitCode);
        Assert.Contains("unknown name 'bye'", check.Errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'by'?", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_say_how_they_are_read()
    {
        var program = Program("-O0", "-g");

        var lines = Command.OutputOf(Repository.Agent, "lines", "--vars", program, "work");

        Assert.Matches(@"\n +turns +int +at 0x[0-9a-f]+ of the file\n", lines);
        Assert.Matches(@"\n +rounds +int +at thread pointer - \d+\n", lines);
    }

    [Fact]
    public void Messages_and_conditions_name_them_too()
    {
        var program = Program("-O2", "-g");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "named", program, "work", "args: auto", "when: config.level == 4 && limit > 100",
            "format: \"{n} {limit} {calls} {mode} {config.owner->id}\""))));

        Command.OutputOf(program);

        var lines = agent.WaitForEvents("named", 2);
        agent.Stop();
        Assert.Equal(["2 101 1 warm 2", "3 102 2 warm 2"], lines.Select(line => line.Message).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("-O0")]
    [InlineData("-O2")]
    public void Namespaces_and_classes_tell_variables_of_one_name_apart(string option)
    {
        var program = TracedProgram.Compile("globals.cpp", option, "-g");

        PrintedLines.AssertLogged(AttachMethod.Multi, _workspace, program, RuleText.File(RuleText.Rule(
            "work", program, "work", "args: auto",
            "capture: ['shop::count', 'inner::count', 'Cart::count', {most: 'shop::Cart::most'}, {hidden: 'shop::hidden'},",
            "  {twice: 'shop::count * 2'}]")), ["work"]);
    }

    [Fact]
    public void Messages_and_conditions_name_them_with_their_namespaces()
    {
        var program = TracedProgram.Compile("globals.cpp", "-O2", "-g");
        using var agent = AgentProcess.Start(AttachMethod.Multi, _workspace.Write("rules.yaml", RuleText.File(RuleText.Rule(
            "named", program, "work", "args: auto", "when: 'shop::count == 8'", "format: \"{shop::count:d3} {shop::Cart::count}\""))));

        Command.OutputOf(program);

        Assert.Equal("008 503", Assert.Single(agent.WaitForEvents("named", 1)).Message);
        agent.Stop();
    }

    [Fact]
    public void Variables_of_Go_have_their_package_in_front()
    {
        var program = TracedProgram.Compile("globals.go");

        PrintedLines.AssertLogged(AttachMethod.Multi, _workspace, program, RuleText.File(RuleText.Rule(
            "work", program, "main.work", "args: auto",
            "capture: [main.counter, {level: main.config.level}, {twice: main.counter * 2}]")), ["work"]);
    }

    [Fact]
    public void Variables_of_Rust_have_their_module_in_front()
    {
        var program = TracedProgram.Compile("globals.rs", "-g", "-C", "opt-level=1");

        PrintedLines.AssertLogged(AttachMethod.Multi, _workspace, program, RuleText.File(RuleText.Rule(
            "work", program, "globals::work", "args: auto", "capture: ['inner::COUNT', {count: 'globals::COUNT.v.value'}]")), ["work"]);
    }

    private void AssertLibrary(string program, string library, string exported = "exported: exported") => PrintedLines.AssertLogged(
        AttachMethod.Multi, _workspace, program,
        RuleText.File([.. WorkRules(program), LibraryRule(library, exported)]), ["work", "after", "library"]);

    private static string LibraryRule(string library, string exported) => RuleText.Rule(
        "library", library, "library_work", "args: auto", "capture:", $"  {exported}", "  mine: mine", "  hidden: hidden",
        "  shared: shared_depth", "  own: own_depth");

    private static string[] WorkRules(string program) =>
    [
        RuleText.Rule(
            "work", program, "work", "args: auto", "capture:", "  calls: calls", "  turns: turns", "  limit: limit",
            "  level: config.level", "  owner: config.owner->name", "  label: config.label", "  mode: mode", "  code: codes[2]",
            "  depth: depth", "  tag: tag", "  rounds: rounds", "  doubled: calls * 2"),
        RuleText.Rule(
            "after", program, "work", "args: auto", "on: call", "capture:", "  late: {value: calls, at: return}", "  before: calls",
            "  deep: {value: depth, at: return}", "  level: {value: config.level, at: return}"),
    ];

    private Command Check(string rule) => Command.Run(Repository.Agent, "check", _workspace.Write("rules.yaml", RuleText.File(rule)));

    private static string Program(params string[] options) => TracedProgram.Compile(
        "statics", [.. options, "-g", Source("statics-a.c"), Source("statics-b.c")]);

    private string Library(string model) => _workspace.Install(
        TracedProgram.Compile("statics", ["-DLIBRARY", "-shared", "-fPIC", "-g", .. model.Length > 0 ? [model] : Array.Empty<string>()]),
        "libstatics.so");

    private static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "Programs", name);
}
