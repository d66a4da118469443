using System.Diagnostics;
using System.Text.Json;
using TraceAgent.Dwarf.Tests;

namespace TraceAgent.EndToEnd;

/// <summary>Source lines of programs, read by a process that can do nothing else.</summary>
public sealed partial class LinesTests : IDisposable
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
    public void A_function_that_was_inlined_everywhere_has_the_lines_of_its_calls() => Assert.All(
        Objects("--json", _program, "doubled"),
        site => Assert.Equal(["priced", "doubled"], site.GetProperty("calls").EnumerateArray().Select(call => Text(call, "function"))));

    [Fact]
    public void A_program_in_another_root_is_read_through_its_process()
    {
        var ticker = TracedProgram.Compile("echo", "-O1", "-g");
        using var traced = TracedProgram.Start(ticker);

        Assert.Contains(
            "/echo.c", Command.OutputOf(Repository.Agent, "lines", $"/proc/{traced.Pid}/root{ticker}"), StringComparison.Ordinal);
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
    public void It_works_where_privileges_and_limits_may_not_be_changed()
    {
        var run = Command.Run(TracedProgram.Compile("denied"), Repository.Agent, "lines", _program, "lines.c:14");

        Assert.True(run.ExitCode == 0, run.Errors);
    }

    /// <summary>20,000 units share a program of a million rows: hours of work in 1.4 MB.</summary>
    [Fact]
    public void A_file_that_takes_for_ever_to_read_is_refused_after_some_seconds()
    {
        byte[] head = [4, 0, 24, 0, 0, 0, 1, 1, 1, 0xfb, 14, 10, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, .. "a.c\0"u8, 0, 0, 0, 0];
        byte[] body = [.. head, 0, 9, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, .. Enumerable.Repeat((byte)0x20, 1 << 20), 0, 1, 1];
        byte[] unit = [12, 0, 0, 0, 4, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 0];
        byte[] abbreviations = [1, 0x11, 0, 0x10, 0x17, 0, 0, 0];
        var path = _workspace["endless"];
        File.WriteAllBytes(path, SmallFile.With(
            (".debug_info", [.. Enumerable.Repeat(unit, 20_000).SelectMany(one => one)], 0), (".debug_abbrev", abbreviations, 0),
            (".debug_line", [.. BitConverter.GetBytes(body.Length), .. body], 0)));

        var run = Command.Run(Repository.Agent, "lines", path);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Matches("^traceagent: TA275: reading the debug information of .* took (too long|more than 10 s of CPU); ", run.Errors);
    }

    [Fact]
    public void The_C_library_with_thousands_of_compressed_units_is_read()
    {
        var sites = Objects("--vars", "--json", "libc.so.6", "getenv");

        Assert.Contains(sites, site => Text(site, "file").EndsWith("stdlib/getenv.c", StringComparison.Ordinal));
        Assert.Contains(
            sites.SelectMany(site => site.GetProperty("variables").EnumerateArray()),
            variable => (Text(variable, "name"), Text(variable, "type")) == ("name", "const char *"));
    }

    /// <summary>An answer that nobody reads keeps it from ending, confined as it is.</summary>
    [Fact]
    public void The_process_that_reads_can_open_nothing_and_has_no_privileges()
    {
        var name = "malloc.c"u8.ToArray();
        byte[] question = [2, (byte)name.Length, .. name, 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1];
        using var reader = Process.Start(new ProcessStartInfo(
            "bash", ["-c", $"exec 3< '{DebugFileOfLibc()}'; exec '{Repository.Agent}' read-debug-info 1000"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        reader.StandardInput.BaseStream.Write(question);
        reader.StandardInput.Close();

        var status = "";
        Eventually.True(
            () => (status = File.ReadAllText($"/proc/{reader.Id}/status")).Contains("State:\tS", StringComparison.Ordinal)
                && status.Contains("Seccomp:\t2", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{reader.Id}/wchan").Contains("pipe", StringComparison.Ordinal),
            "it waits for a reader", () => status);
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
        Assert.Contains("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n", status, StringComparison.Ordinal);
        Assert.Equal("1000", File.ReadAllText($"/proc/{reader.Id}/oom_score_adj").Trim());
        Assert.Matches("Max data size +268435456 +268435456 ", File.ReadAllText($"/proc/{reader.Id}/limits"));
        Assert.Matches("Max cpu time +10 +11 ", File.ReadAllText($"/proc/{reader.Id}/limits"));
        reader.Kill();
        reader.WaitForExit();
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
