using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TraceAgent.Benchmarks;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(
            line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1];
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var bpftrace = Output(Tool.BpftraceCommand, "--version");
        return $"{RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} x {processor}, Linux {kernel}, {bpftrace}, load " +
            $"{File.ReadAllText("/proc/loadavg").Split(' ')[0]}";
    }

    /// <summary>What a command prints; it must succeed.</summary>
    public static string Output(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? text.Trim()
            : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
