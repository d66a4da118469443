using System.Collections.Concurrent;
using System.Diagnostics;

namespace TraceAgent.EndToEnd;

/// <summary>A running program to be traced, talked to by lines.</summary>
internal sealed class TracedProgram : IDisposable
{
    private static readonly ConcurrentDictionary<string, string> Compiled = new();
    private static readonly Workspace Binaries = new();
    private readonly Process process;
    private readonly Task<string> errors;

    static TracedProgram() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Binaries.Dispose();

    private TracedProgram(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    public int Pid => process.Id;

    /// <summary>Compiles <c>Programs/NAME</c>, which is C unless its extension says otherwise, once for each set of options, and returns the executable.</summary>
    public static string Compile(string name, params string[] options) =>
        CompileFile(Path.Combine(AppContext.BaseDirectory, "Programs", Path.HasExtension(name) ? name : $"{name}.c"), options);

    public static string CompileFile(string source, params string[] options) =>
        Compiled.GetOrAdd($"{source} {string.Join(' ', options)}", _ =>
        {
            // A folder each: the file's own name, which is the comm, stays.
            var folder = Binaries.Folder($"{Compiled.Count}");
            var executable = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
            var (compiler, own) = Path.GetExtension(source) switch
            {
                ".rs" => ("rustc", "-O -Dwarnings"),
                ".cpp" => ("g++", "-O2 -Wall -Werror"),
                ".go" => ("env", $"-C {Path.GetDirectoryName(source)} GO111MODULE=off CGO_ENABLED=0 GOCACHE={Binaries["go-cache"]} GOPATH={Binaries["go-path"]} go build"),
                _ => ("gcc", "-O2 -Wall -Werror -pthread"),
            };

            // A main.go is one of several files of its folder, which Go does not take by an absolute path.
            var what = Path.GetFileName(source) == "main.go" ? "." : source;
            Command.OutputOf(compiler, [.. own.Split(' '), .. options, "-o", executable, what]);
            return executable;
        });

    public static TracedProgram Start(string executable, params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    public void Say(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    /// <summary>The next line of the program's output.</summary>
    public string Hear()
    {
        var line = process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Eventually.Deadline), $"{process.StartInfo.FileName} is silent");
        Assert.True(line.Result is not null, $"{process.StartInfo.FileName} has ended");
        return line.Result;
    }

    public string Ask(string line)
    {
        Say(line);
        return Hear();
    }

    /// <summary>Closes its input, lets the program end by itself, well, and returns the rest of its output.</summary>
    public string Finish()
    {
        process.StandardInput.Close();
        var rest = process.StandardOutput.ReadToEndAsync();
        Assert.True(process.WaitForExit(Eventually.Deadline), $"{process.StartInfo.FileName} does not end");
        Assert.True(process.ExitCode == 0, $"{process.StartInfo.FileName} ended with {process.ExitCode}\n{errors.Result}");
        return rest.Result;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }
}
