using System.Diagnostics;
using System.Text.Json;
using TraceAgent.Dwarf.Tests;

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
    public void Folders_of_the_configuration_are_looked_into_and_a_file_of_another_build_there_is_named()
    {
        var (folder, stripped) = (_workspace.Folder("debug"), Path.Combine(_workspace.Folder("stripped"), "lines"));
        Command.OutputOf("objcopy", "--only-keep-debug", _program, Path.Combine(folder, "lines.debug"));
        Command.OutputOf("objcopy", "--strip-all", $"--add-gnu-debuglink={Path.Combine(folder, "lines.debug")}", _program, stripped);
        var configuration = _workspace.Write("agent.yaml", $"debug_info: {{folders: [{folder}]}}\n");

        Assert.Equal(1, Command.Run(Repository.Agent, "lines", stripped, "lines.c").ExitCode);
        Assert.Equal(
            Command.OutputOf(Repository.Agent, "lines", "--vars", _program, "lines.c"),
            Command.OutputOf(Repository.Agent, "lines", "--vars", "--config", configuration, stripped, "lines.c"));

        var id = BuildIdOf(_program);
        var other = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, ".build-id", id[..2])).FullName, $"{id[2..]}.debug");
        File.Delete(Path.Combine(folder, "lines.debug"));
        Command.OutputOf("objcopy", "--only-keep-debug", TracedProgram.Compile("echo", "-O1", "-g"), other);
        var refused = Command.Run(Repository.Agent, "lines", "--config", configuration, stripped, "lines.c");
        Assert.Equal(1, refused.ExitCode);
        Assert.Matches($"TA271: .* has no debug information; {other} belongs to another build \\(build id ", refused.Errors);
    }

    [Theory]
    [InlineData("-gdwarf-4")]
    [InlineData("-gdwarf-5")]
    public void What_the_linker_did_not_take_is_read_from_its_files_or_their_package_or_named(string version)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Programs", "lines.c");
        var folder = _workspace.Folder($"split{version}");
        var (whole, split) = (Path.Combine(folder, "whole"), Path.Combine(folder, "split"));
        Command.OutputOf("gcc", "-O2", version, "-o", whole, source);
        Command.OutputOf("gcc", "-O2", version, "-gsplit-dwarf", "-o", split, source);
        var expected = Command.OutputOf(Repository.Agent, "lines", "--vars", whole, "lines.c");

        Assert.Equal(expected, Command.OutputOf(Repository.Agent, "lines", "--vars", split, "lines.c"));

        var part = Assert.Single(Directory.GetFiles(folder, "*.dwo"));
        File.Move(part, $"{part}.away");
        var refused = Command.Run(Repository.Agent, "lines", split, "lines.c:14");
        Assert.Equal(1, refused.ExitCode);
        Assert.Matches(
            @"^traceagent: .*\.dwo is missing, and a part of the debug information with it \(-gsplit-dwarf\)\ntraceagent: TA274: ",
            refused.Errors);

        // binutils 2.40 knows packages of DWARF 4 alone.
        File.Move($"{part}.away", part);
        Command.OutputOf(version == "-gdwarf-4" ? "dwp" : "llvm-dwp-19", "-e", split, "-o", $"{split}.dwp");
        File.Delete(part);
        Assert.Equal(expected, Command.OutputOf(Repository.Agent, "lines", "--vars", split, "lines.c"));
    }

    [Fact]
    public void What_a_debuginfod_server_has_is_fetched_once_and_kept()
    {
        var (served, cache, folder) = (_workspace.Folder("served"), _workspace.Folder("cache"), _workspace.Folder("no-debug"));
        var stripped = Path.Combine(folder, "lines");
        Command.OutputOf("objcopy", "--only-keep-debug", _program, Path.Combine(served, "lines.debug"));
        Command.OutputOf("objcopy", "--strip-all", _program, stripped);
        var port = FreePort.Find();
        var configuration = _workspace.Write(
            "server.yaml", $"debug_info: {{server: 'http://127.0.0.1:{port}', cache: {cache}}}\n");
        var expected = Command.OutputOf(Repository.Agent, "lines", "--vars", _program, "lines.c");

        using (var server = Process.Start(new ProcessStartInfo(
            "debuginfod", ["-p", $"{port}", "-d", ":memory:", "-F", served])
        { RedirectStandardError = true })!)
        {
            server.BeginErrorReadLine();
            var run = new Command(-1, "", "");
            Eventually.True(
                () =>
                {
                    run = Command.Run(Repository.Agent, "lines", "--vars", "--config", configuration, stripped, "lines.c");
                    return run.ExitCode == 0;
                },
                "the server has it", () => run.Errors);
            Assert.Equal(expected, run.Output);
            AssertFetchedFor("check", cache, stripped, configuration);
            AssertFetchedFor("resolve", cache, stripped, configuration);
            server.Kill();
            server.WaitForExit();
        }

        Assert.Equal(expected, Command.OutputOf(Repository.Agent, "lines", "--vars", "--config", configuration, stripped, "lines.c"));

        Directory.Delete(Path.Combine(cache, ".build-id"), recursive: true);
        var refused = Command.Run(Repository.Agent, "lines", "--config", configuration, stripped, "lines.c");
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith(
            $"traceagent: TA276: the debug information of {stripped} was not fetched: http://127.0.0.1:{port}/ cannot be reached: ",
            refused.Errors, StringComparison.Ordinal);
    }

    private void AssertFetchedFor(string command, string cache, string stripped, string configuration)
    {
        var rules = _workspace.Write("fetched.yaml", RuleText.File(RuleText.Rule("fetched", stripped, "priced", "args: auto")));
        Directory.Delete(Path.Combine(cache, ".build-id"), recursive: true);

        var run = Command.Run(Repository.Agent, command, "--config", configuration, rules);

        Assert.True(run.ExitCode == 0, run.Errors + run.Output);
        Assert.Contains(
            $"traceagent: fetching the debug information of {stripped} from http://127.0.0.1:", run.Errors, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(cache, "*.debug", SearchOption.AllDirectories));
        Assert.DoesNotContain("pending", run.Output + run.Errors, StringComparison.Ordinal);
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

    private static string DebugFileOfLibc()
    {
        var id = BuildIdOf("/lib/x86_64-linux-gnu/libc.so.6");
        return $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug";
    }

    private static string BuildIdOf(string path)
    {
        var notes = Command.OutputOf("readelf", "-n", path).Split("Build ID: ")[1];
        return notes[..notes.IndexOf('\n', StringComparison.Ordinal)];
    }

    private static List<JsonElement> Objects(params string[] arguments) =>
        [.. Command.OutputOf(Repository.Agent, ["lines", .. arguments]).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement.Clone())];

    private static JsonElement Variable(JsonElement site, string name) =>
        site.GetProperty("variables").EnumerateArray().First(variable => Text(variable, "name") == name);

    private static string Text(JsonElement value, string key) => value.GetProperty(key).GetString()!;
}
