using System.Diagnostics;
using System.Globalization;

namespace TraceAgent.Benchmarks;

/// <summary>Starts the traced program; its modes stand at the head of <c>target.c</c>.</summary>
internal static class TargetProcess
{
    public static Process Start(string program, string? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        if (environment is not null)
        {
            start.Environment[environment] = "1";
        }

        return Process.Start(start)!;
    }

    public static double NanosecondsPerCall(Process target)
    {
        using (target)
        {
            var line = target.StandardOutput.ReadToEnd();
            target.WaitForExit();
            return double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
        }
    }
}
