using System.Diagnostics;

namespace TraceAgent.Shared.Tests;

/// <summary>A folder for what tests compile; deleted when they are over.</summary>
public abstract class CompiledFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("traceagent-compiled-").FullName;

    /// <summary>A path in the folder.</summary>
    public string At(string name) => Path.Combine(_folder, name);

    /// <summary>The path of a file of the test project.</summary>
    public static string In(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>Runs a program to its end, and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has all that it printed.</exception>
    public static string Run(string program, params string[] arguments) => RunIn("", program, arguments);

    /// <summary>The same with the folder as the current one, which is for what compilers leave where they run.</summary>
    protected string RunHere(string program, params string[] arguments) => RunIn(_folder, program, arguments);

    private static string RunIn(string folder, string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}{output}");
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
