using System.Diagnostics;

namespace TraceAgent.Dwarf.Tests;

/// <summary>Compiles programs of Programs/ and the oracle at their first use. Also used by TraceAgent.Fuzz.</summary>
public sealed class CompiledPrograms : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-dwarf-").FullName;

    private string? _oracle;

    /// <summary>What libdw reads, as a program.</summary>
    public string Oracle => _oracle ??= CompileOracle();

    /// <summary>A path in the folder that is deleted when the tests are over.</summary>
    public string At(string name) => Path.Combine(_folder, name);

    public static string In(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>Compiles a program once, and returns its path.</summary>
    /// <param name="compiler">The compiler.</param>
    /// <param name="options">Its options, in words.</param>
    /// <param name="source">A file of Programs/.</param>
    public string Compile(string compiler, string options, string source)
    {
        var words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var path = At(string.Concat([source, "-", compiler, .. words]).Replace('/', '_'));
        if (!File.Exists(path))
        {
            var input = In($"Programs/{source}");
            Run(compiler, compiler == "go" ? ["build", .. words, "-o", path, input] : [.. words, "-o", path, input]);
        }

        return path;
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}{output}");
    }

    private string CompileOracle()
    {
        Run("gcc", "-O1", "-o", At("entries"), In("Oracle/entries.c"), "-ldw");
        return At("entries");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
