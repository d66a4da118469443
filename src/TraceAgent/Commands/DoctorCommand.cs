using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using TraceAgent.Bpf;
using TraceAgent.Hosting;
using TraceAgent.Status;

namespace TraceAgent.Commands;

/// <summary><c>traceagent doctor</c>: what this host lets the agent do, found out by doing it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("doctor",
            "Try what the agent needs by attaching to itself, and name what is missing. Exit code 77 when it cannot work.") { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(bool json)
    {
        var findings = HostCheck.Run();
        var works = findings.All(finding => finding.Verdict != HostVerdict.Missing);
        using var output = new StreamWriter(Console.OpenStandardOutput());
        if (json)
        {
            var checks = findings.Select(
                finding => new DoctorCheck(finding.Name, finding.Verdict.ToString().ToLowerInvariant(), finding.Detail, finding.Remedy));
            output.WriteLine(JsonSerializer.Serialize(new DoctorReport(1, works, [.. checks]), DoctorJson.Readable.DoctorReport));
        }
        else
        {
            var width = findings.Max(finding => finding.Name.Length);
            foreach (var (name, verdict, detail, remedy) in findings)
            {
                var word = verdict switch { HostVerdict.Fine => "ok", HostVerdict.Limited => "limited", _ => "MISSING" };
                var lines = remedy is null ? detail : $"{detail}; {remedy}";
                output.WriteLine($"{word,-8}{name.PadRight(width)}  {lines.ReplaceLineEndings("\n" + new string(' ', width + 10))}");
            }

            output.WriteLine(works ? "the agent can work here" : "the agent cannot work here");
        }

        return works ? ExitCode.Fine : ExitCode.NotPermitted;
    }
}

/// <summary>The object of <c>traceagent doctor --json</c>.</summary>
/// <param name="Version">The version of this format.</param>
/// <param name="Works">True when the agent can work here.</param>
/// <param name="Checks">The checks in their order.</param>
internal sealed record DoctorReport(int Version, bool Works, IReadOnlyList<DoctorCheck> Checks);

/// <param name="Name">The thing that was tried.</param>
/// <param name="Verdict">The verdict: <c>fine</c>, <c>limited</c> or <c>missing</c>.</param>
/// <param name="Detail">The observation.</param>
/// <param name="Remedy">The remedy.</param>
internal sealed record DoctorCheck(string Name, string Verdict, string Detail, string? Remedy);

[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext
{
    public static DoctorJson Readable => field ??= new DoctorJson(ReadableJson.Options());
}
