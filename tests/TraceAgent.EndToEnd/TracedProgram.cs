using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Hashing;
using System.Text;

namespace TraceAgent.EndToEnd;

/// <summary>A running program to be traced, talked to by lines.</summary>
internal sealed class TracedProgram : IDisposable
{
    private static readonly ConcurrentDictionary<string, string> Compiled = new();
    private static readonly Workspace Binaries = new();

    /// <summary>A folder that holds what is compiled beyond this run: for a machine without compilers, or other runs.</summary>
    private static readonly string? Kept = Environment.GetEnvironmentVariable("TRACEAGENT_TEST_PROGRAMS");

    /// <summary>The first options that have a program compiled by another compiler than gcc: musl-gcc is for C only.</summary>
    private static readonly string[] OtherCompilers = ["clang", "musl-gcc"];

    private readonly Process _process;
    private readonly Task<string> _errors;

    static TracedProgram() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Binaries.Dispose();

    private TracedProgram(Process process)
    {
        this._process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    /// <summary>
    /// Compiles <c>Programs/NAME</c>, which is C unless its extension says otherwise, once for each set of
    /// options, and returns the executable.
    /// </summary>
    public static string Compile(string name, params string[] options) =>
        CompileFile(Path.Combine(AppContext.BaseDirectory, "Programs", Path.HasExtension(name) ? name : $"{name}.c"), options);

    public static string CompileFile(string source, params string[] options) =>
        Compiled.GetOrAdd($"{source} {string.Join(' ', options)}", _ =>
        {
            // A folder each: the file's own name, which is the comm, stays.
            var executable = Path.Combine(Binaries.Folder($"{Compiled.Count}"), Path.GetFileNameWithoutExtension(source));
            var kept = Kept is { Length: > 0 } ? Path.Combine(Kept, Digest(source, options)) : null;
            if (File.Exists(kept))
            {
                File.Copy(kept, executable);
                return executable;
            }

            Build(source, options, executable);
            if (kept is not null)
            {
                Directory.CreateDirectory(Kept!);
                File.Copy(executable, kept);
            }

            return executable;
        });

    public static TracedProgram Start(string executable, params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Types keys, without Enter.</summary>
    public void Type(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>The next line of the program's output.</summary>
    public string ReadLine()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Eventually.Deadline), $"{_process.StartInfo.FileName} is silent");
        Assert.True(line.Result is not null, $"{_process.StartInfo.FileName} has ended");
        return line.Result;
    }

    public string Ask(string line)
    {
        WriteLine(line);
        return ReadLine();
    }

    /// <summary>Closes its input, lets the program end by itself, well, and returns the rest of its output.</summary>
    public string Finish()
    {
        _process.StandardInput.Close();
        var rest = _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(Eventually.Deadline), $"{_process.StartInfo.FileName} does not end");
        Assert.True(_process.ExitCode == 0, $"{_process.StartInfo.FileName} ended with {_process.ExitCode}\n{_errors.Result}");
        return rest.Result;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static void Build(string source, string[] options, string executable)
    {
        var (compiler, own) = Path.GetExtension(source) switch
        {
            ".rs" => ("rustc", "-O -Dwarnings"),
            ".cpp" => (options.FirstOrDefault() == "clang" ? "clang++" : "g++", "-O2 -Wall -Werror"),
            ".go" => ("env", $"-C {Path.GetDirectoryName(source)} GO111MODULE=off CGO_ENABLED=0 GOCACHE={Binaries["go-cache"]} " +
                $"GOPATH={Binaries["go-path"]} go build"),
            _ => (OtherCompilers.Contains(options.FirstOrDefault()) ? options[0] : "gcc", "-O2 -Wall -Werror -pthread"),
        };
        options = OtherCompilers.Contains(options.FirstOrDefault()) ? options[1..] : options;

        // A main.go is one of several files of its folder, which Go does not take by an absolute path.
        var what = Path.GetFileName(source) == "main.go" ? "." : source;
        Command.OutputOf(compiler, [.. own.Split(' '), .. options, "-o", executable, what]);
    }

    /// <summary>The same sources with the same options have the same name, wherever they are.</summary>
    private static string Digest(string source, string[] options)
    {
        // Not of System.Security.Cryptography, which asks for a library of the system that a small machine does not have.
        var hash = new XxHash128();
        string[] files = Path.GetFileName(source) == "main.go" ? Directory.GetFiles(Path.GetDirectoryName(source)!) : [source];
        foreach (var bytes in files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Append(
            Encoding.UTF8.GetBytes(string.Join('\0', options))))
        {
            hash.Append(bytes);
        }

        return $"{Path.GetFileNameWithoutExtension(source)}-{Convert.ToHexStringLower(hash.GetCurrentHash())}";
    }
}
