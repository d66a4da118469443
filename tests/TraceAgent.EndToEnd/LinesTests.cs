using System.Text.Json;

namespace TraceAgent.EndToEnd;

/// <summary>Source lines of programs, read by a process that can do nothing else.</summary>
public sealed class LinesTests : IDisposable
{
    private readonly Workspace _workspace = new();
    private readonly string _program = TracedProgram.Compile("lines", "-O2", "-g");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_line_has_its_address_its_cost_its_text_and_the_calls_around_it()
    {
        var text = Command.OutputOf(Repository.Agent, "lines", _program, "lines.c:8");

        Assert.Matches(
            @"^/.*/Programs/lines\.c\n     8          sum \+= 2 \* \*text\+\+; /\* 8 \*/\n"
            + @"        0x[0-9a-f]+ (emulated|stepped)  doubled \(inlined at lines\.c:14\) < priced\n$", text);
    }

    [Fact]
    public void Variables_are_shown_with_type_and_place_or_with_what_keeps_them_away()
    {
        var site = Objects("--vars", "--json", _program, "lines.c:14")[0];
        var count = Variable(site, "count");
        var price = Variable(site, "price");

        Assert.Equal(("parameter", "int", "rdi"), (Text(count, "kind"), Text(count, "type"), Text(count, "value")));
        Assert.Equal(("parameter", "const char *", "rsi"), (
            Text(Variable(site, "name"), "kind"), Text(Variable(site, "name"), "type"), Text(Variable(site, "name"), "value")));
        Assert.Equal(("local", "optimised_out"), (Text(price, "kind"), Text(price, "problem")));
    }

    [Fact]
    public void A_rule_with_the_address_of_a_line_is_hit_when_the_line_runs()
    {
        var address = Text(Objects("--json", _program, "lines.c:14")[0], "address");
        using var trace = TraceProcess.Start($"{_program}:{address}", "--count", "1");

        Command.Run(_program);

        trace.AssertEnds();
    }

    [Fact]
    public void A_function_has_the_lines_of_its_code() => Assert.Contains(
        14, Objects("--json", _program, "priced").Select(site => site.GetProperty("line").GetInt32()));

    [Fact]
    public void Separate_debug_information_is_used_if_it_is_of_the_same_build_and_else_named()
    {
        var stripped = Path.Combine(_workspace.Folder("separate"), "lines");
        Command.OutputOf("objcopy", "--only-keep-debug", _program, $"{stripped}.debug");
        Command.OutputOf("objcopy", "--strip-all", $"--add-gnu-debuglink={stripped}.debug", _program, stripped);

        Assert.Equal(
            Command.OutputOf(Repository.Agent, "lines", "--vars", _program, "lines.c"),
            Command.OutputOf(Repository.Agent, "lines", "--vars", stripped, "lines.c"));

        File.AppendAllText($"{stripped}.debug", "changed");
        var refused = Command.Run(Repository.Agent, "lines", stripped, "lines.c");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("TA271: ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("lines.debug belongs to another build (its checksum differs)", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void It_needs_no_privileges()
    {
        var run = Command.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", Repository.Agent, "lines", _program,
            "lines.c:14");

        Assert.True(run.ExitCode == 0, run.Errors);
    }

    [Fact]
    public void The_C_library_with_thousands_of_compressed_units_is_read()
    {
        var sites = Objects("--vars", "--json", "libc.so.6", "getenv");

        Assert.Contains(sites, site => Text(site, "file").EndsWith("/stdlib/getenv.c", StringComparison.Ordinal));
        Assert.Contains(
            sites.SelectMany(site => site.GetProperty("variables").EnumerateArray()),
            variable => (Text(variable, "name"), Text(variable, "type")) == ("name", "const char *"));
    }

    [Theory]
    [InlineData("lines.c:1", "TA274: no code of ", " begins on line 1 of ")]
    [InlineData("other.c", "TA272: no source file of ", " ends with other.c")]
    [InlineData("pricedd", "TA201: ", "priced")]
    public void What_is_not_there_says_so(string place, string code, string message)
    {
        var run = Command.Run(Repository.Agent, "lines", _program, place);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"traceagent: {code}", run.Errors, StringComparison.Ordinal);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_debug_information_costs_one_line_at_most()
    {
        var bytes = File.ReadAllBytes(_program);
        var random = new Random(21);
        var path = _workspace.Write("damaged", "");
        for (var round = 0; round < 20; round++)
        {
            var changed = (byte[])bytes.Clone();
            for (var i = 0; i < 200; i++)
            {
                changed[random.Next(bytes.Length / 2, bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, changed);
            var run = Command.Run(Repository.Agent, "lines", "--vars", path, "lines.c");
            Assert.True(run.ExitCode is 0 or 1, $"round {round}: {run.ExitCode} {run.Errors}");
        }
    }

    private static List<JsonElement> Objects(params string[] arguments) =>
        [.. Command.OutputOf(Repository.Agent, ["lines", .. arguments]).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement.Clone())];

    private static JsonElement Variable(JsonElement site, string name) =>
        site.GetProperty("variables").EnumerateArray().First(variable => Text(variable, "name") == name);

    private static string Text(JsonElement value, string key) => value.GetProperty(key).GetString()!;
}
