using System.Diagnostics;

namespace TraceAgent.EndToEnd;

/// <summary>Debug information in files of its own.</summary>
public sealed partial class LinesTests
{
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
}
