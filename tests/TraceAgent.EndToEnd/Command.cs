using System.Diagnostics;

namespace TraceAgent.EndToEnd;

/// <summary>A program that is run to its end.</summary>
internal sealed record Command(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs <paramref name="program"/>, which must end by itself within minutes.</summary>
    public static Command Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end");
        }

        return new Command(process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }

    /// <summary>Runs <paramref name="program"/>, which must succeed, and returns its output.</summary>
    public static string OutputOf(string program, params string[] arguments)
    {
        var done = Run(program, arguments);
        Assert.True(done.ExitCode == 0, $"{program} ended with {done.ExitCode}\n{done.Output}{done.Errors}");
        return done.Output;
    }
}
