using System.CommandLine;
using System.Text;
using System.Text.Json;
using TraceAgent.Bpf;
using TraceAgent.Bpf.Kernel;
using TraceAgent.Hosting;
using TraceAgent.Reconciling;
using TraceAgent.Resolving;
using TraceAgent.Rules;

namespace TraceAgent.Commands;

/// <summary><c>traceagent resolve</c>: what rules mean on this machine. Needs no privileges.</summary>
internal static class ResolveCommand
{
    public static Command Create()
    {
        var paths = RulePaths.Argument(ArgumentArity.OneOrMore);
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each rule, for machines" };
        var command = new Command(
            "resolve", "Show what rules mean on this machine: places, cost of a hit, where each value is, what is refused. Exit code 1 when something is wrong.")
        {
            paths, json,
        };
        command.SetAction(parsed => Run(parsed.GetValue(paths)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string[] paths, bool json)
    {
        if (RulePaths.FirstMissing(paths) is { } missing)
        {
            return CommandError.Write(ExitCode.Usage, $"{missing}: no such file or folder");
        }

        var (files, withoutFiles) = RulePaths.Read(paths);
        var set = RuleSetBuilder.Build([.. files.Select(file => file.Content)]);
        var sources = files.Select(file => file.Content.Source).DistinctBy(source => source.Path).ToDictionary(source => source.Path);
        var isWrong = set.HasErrors;
        var words = new RuleResolution(TryMeasure());
        using (var stream = Console.OpenStandardOutput())
        using (var output = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16))
        using (var resolver = new ProbeResolver())
        {
            foreach (var rule in files.SelectMany(file => file.Content.Rules))
            {
                var resolution = resolver.Resolve(rule);
                isWrong |= resolution.IsRefused;
                var resolved = words.Of(rule, resolution);
                output.Write(json ? JsonSerializer.Serialize(resolved, ResolvedJson.Line.ResolvedRule) + "\n" : ResolvedRuleText.Of(resolved));
            }
        }

        // What is wrong with the text of a file is no rule yet.
        DiagnosticWriter.WriteText(Console.Error, set.Diagnostics.Values.SelectMany(list => list), sources, TerminalColours.OnStandardError);
        foreach (var path in withoutFiles)
        {
            Console.Error.WriteLine($"traceagent: {PrintableText.Of(path)}: no rule files in it");
        }

        return isWrong ? ExitCode.Failure : ExitCode.Fine;
    }

    /// <summary>By probing code of our own, which takes privileges; null without them.</summary>
    private static HitCost? TryMeasure()
    {
        try
        {
            using var session = BpfSession.Open(Environment.SystemPageSize);
            return HitCost.Measure(session.Way);
        }
        catch (KernelException)
        {
            return null;
        }
    }
}
