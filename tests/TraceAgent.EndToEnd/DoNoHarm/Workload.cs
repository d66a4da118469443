using System.Diagnostics;

namespace TraceAgent.EndToEnd.DoNoHarm;

/// <summary>
/// A real program at work whose output is the same in every run. It runs as a copy, with copies of its libraries, so that
/// probes on them touch nothing else on this machine.
/// </summary>
internal sealed class Workload
{
    private const string OwnLoader = "lib/own-loader.so";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "Programs", "workloads");
    private readonly Workspace _workspace;
    private readonly string _script;
    private readonly string _loader;

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="workspace">Takes the copies.</param>
    public Workload(string name, Workspace workspace)
    {
        _workspace = workspace;
        workspace.Folder("lib");
        (var program, _script) = name switch
        {
            "bash" => ("/bin/bash", $"$RUN {Sources}/bash.sh"),
            "sqlite3" => ("/usr/bin/sqlite3", $"$RUN :memory: < {Sources}/sqlite3.sql"),
            "openssl" => ("/usr/bin/openssl", $". {Sources}/openssl.sh"),
            "redis" => ("/usr/bin/redis-server", $". {Sources}/redis.sh"),
            "python3" => (Resolve("/usr/bin/python3"), $"PYTHONHOME=/usr PYTHONHASHSEED=0 $RUN {Sources}/python3.py"),
            "perl" => ("/usr/bin/perl", $". {Sources}/perl.sh"),
            "git" => ("/usr/bin/git", $". {Sources}/git.sh"),
            "nginx" => ("/usr/sbin/nginx", $". {Sources}/nginx.sh"),
            "php" => (Resolve("/usr/bin/php"), $"$RUN -n {Sources}/php.php"),
            "ruby" => (Resolve("/usr/bin/ruby"), $"$RUN --disable-all {Sources}/ruby.rb"),
            "greenlet" => (Resolve("/usr/bin/python3"), $"PYTHONHOME=/usr PYTHONHASHSEED=0 $RUN -S -E {Sources}/greenlet.py"),
            "go" => (Build("work.go", "go", "build", "-o"), "$RUN"),
            "rust" => (Build("work.rs", "rustc", "-O", "-g", "-o"), "$RUN"),
            "hard" => (BuildHard(), "$RUN"),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "a workload that nobody wrote"),
        };
        var binary = workspace.Install(program, Path.GetFileName(program));
        var libraries = LibrariesOf(binary);
        Binaries = [binary, .. libraries.Where(library => !IsLoader(library))
            .Select(library => workspace.Install(library, $"lib/{Path.GetFileName(library)}"))];
        if (name == "hard")
        {
            Binaries = [.. Binaries, _workspace[OwnLoader]];
        }

        _loader = libraries.Count == 0 ? binary : $"env LD_LIBRARY_PATH={workspace["lib"]} {binary}";
    }

    public static IReadOnlyList<string> Names { get; } =
        ["bash", "sqlite3", "openssl", "redis", "python3", "perl", "git", "nginx", "php", "ruby", "hard", "go", "rust"];

    /// <summary>The program and its libraries.</summary>
    public IReadOnlyList<string> Binaries { get; }

    /// <summary>Everything that it said on both streams, and how it ended.</summary>
    public string Run()
    {
        var start = new ProcessStartInfo("bash", ["-c", $"({_script}) 2>&1; echo ended with $?"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["RUN"] = _loader;
        start.Environment["WORK"] = _workspace.Root;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            return $"{output.GetAwaiter().GetResult()}\ndid not end";
        }

        return output.GetAwaiter().GetResult();
    }

    /// <summary>Its loader is a copy, too, which nothing else on this machine begins with.</summary>
    private string BuildHard()
    {
        var loader = _workspace.Install(Resolve("/lib64/ld-linux-x86-64.so.2"), OwnLoader);
        return Build("hard.cpp", "g++", "-O2", "-pthread", "-w", "-Wl,-z,lazy", $"-Wl,--dynamic-linker={loader}", "-o");
    }

    private static bool IsLoader(string library) => Path.GetFileName(library).StartsWith("ld-linux", StringComparison.Ordinal);

    private static string Resolve(string link) => File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;

    private static List<string> LibrariesOf(string binary)
    {
        var listed = Command.Run("ldd", binary);
        return [.. listed.Output.Split([' ', '\t', '\n']).Where(word => word.StartsWith('/') && File.Exists(word)).Distinct()];
    }

    private string Build(string source, string compiler, params string[] options)
    {
        var executable = _workspace[$"{source}.built"];
        Command.OutputOf(compiler, [.. options, executable, Path.Combine(Sources, source)]);
        return executable;
    }
}
